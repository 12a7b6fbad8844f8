import type { Seconds } from '../../core/units.ts'

const units = [
  ['h', 3600],
  ['min', 60],
] as const

/** A duration in the largest unit that it fills, such as `2 s` or `12 h`. */
export function spelled(duration: Seconds): string {
  const unit = units.find(([, length]) => duration >= length)
  return unit ? `${Math.floor(duration / unit[1])} ${unit[0]}` : `${Math.floor(duration)} s`
}

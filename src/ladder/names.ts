/** `kmf1` as documents write it: `KMF-1`; its replica `kmf1-2` is `KMF-1-2`. Names of another form stay. */
export const displayName = (node: string): string =>
  node.replace(
    /^(hss|bsf|kmf|ue)(\d+(?:-\d+)?)$/,
    (_, role: string, number: string) => `${role.toUpperCase()}-${number}`,
  )

/** The reader's `1 214`. */
export const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ')

/** The largest unit that leaves a whole number or one digit behind the point: `24 h`, `1.5 h`, `62 ms`. */
export function duration(ms: number): string {
  const [unit, length] = units.find(([, size]) => Math.abs(ms) >= size * nearlyWhole) ?? ['ms', 1]
  return `${Math.round((ms / length) * 10) / 10} ${unit}`
}

/** An expiry in one hour, looked at some milliseconds later, is still in one hour. */
const nearlyWhole = 0.999

const units: readonly (readonly [string, number])[] = [
  ['d', 172_800_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
]

export const counted = (count: number, what: string): string =>
  `${grouped(count)} ${what}${count === 1 ? '' : 's'}`

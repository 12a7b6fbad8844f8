// Queueing: transactions go from process to process, each of which serves one after the other, and all share the cores of a machine.

/** Draws that depend on the seed alone (mulberry32). */
export function draws(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const exponential = (mean, draw) => -mean * Math.log(1 - draw())

/**
 * Times from arrival to end, in seconds, of `count` transactions that come as a Poisson process. A kind is `share`, and `visits`: process
 * and mean seconds of CPU, or `wait` and seconds for what takes no CPU (a disk). CPU times are drawn from exponential
 * distributions, or as given when `fixed`. Busy processes share `cores` alike, none getting more than one.
 */
export function simulate({ kinds, rate, count, cores, seed, fixed = false }) {
  const draw = draws(seed)
  const whole = kinds.reduce((sum, { share }) => sum + share, 0)
  const queues = new Map(kinds.flatMap(({ visits }) => visits.map(([name]) => [name, []])))
  queues.delete('wait')
  const busySeconds = new Map([...queues.keys()].map((name) => [name, 0]))
  const waiting = []
  const times = []
  let now = 0
  let arrived = 0
  let nextArrival = exponential(1 / rate, draw)

  const drawKind = () => {
    let left = draw() * whole
    return kinds.find(({ share }) => (left -= share) < 0) ?? kinds[0]
  }
  const proceed = (job) => {
    const visit = job.visits[job.at++]
    if (!visit) {
      times.push({ kind: job.kind, seconds: now - job.arrival, arrival: job.arrival })
      return
    }
    const [name, mean] = visit
    if (name === 'wait') waiting.push({ job, until: now + mean })
    else queues.get(name).push({ job, left: fixed ? mean : exponential(mean, draw) })
  }

  while (times.length < count) {
    const busy = [...queues].filter(([, queue]) => queue.length > 0)
    const speed = busy.length === 0 ? 0 : Math.min(1, cores / busy.length)
    const soonest = busy.reduce((least, [, [{ left }]]) => Math.min(least, left / speed), Infinity)
    const awake = waiting.reduce((least, { until }) => Math.min(least, until), Infinity)
    const arrival = arrived < count ? nextArrival : Infinity
    const next = Math.min(now + soonest, awake, arrival)
    const passed = next - now
    now = next
    for (const [name, queue] of busy) {
      queue[0].left -= passed * speed
      busySeconds.set(name, busySeconds.get(name) + passed * speed)
    }
    for (const [, queue] of busy) if (queue[0].left <= 1e-12) proceed(queue.shift().job)
    for (let at = waiting.length - 1; at >= 0; at--)
      if (waiting[at].until <= now) proceed(waiting.splice(at, 1)[0].job)
    if (now === arrival) {
      arrived++
      nextArrival = now + exponential(1 / rate, draw)
      const { kind, visits } = drawKind()
      proceed({ kind, visits, at: 0, arrival: now })
    }
  }
  const sorted = times.map(({ seconds }) => seconds).sort((one, other) => one - other)
  const percentile = (percent) => sorted[Math.max(1, Math.round((percent / 100) * sorted.length)) - 1]
  return {
    mean: sorted.reduce((sum, seconds) => sum + seconds, 0) / sorted.length,
    ...{ p50: percentile(50), p90: percentile(90), p99: percentile(99) },
    utilisation: Object.fromEntries([...busySeconds].map(([name, busy]) => [name, busy / now])),
  }
}

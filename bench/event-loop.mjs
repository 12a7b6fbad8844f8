/** What `work` gives, and how late a timer of this thread was meanwhile, each time, in milliseconds. */
export async function latenessDuring(work) {
  const late = []
  const interval = 1
  let due = performance.now() + interval
  const tick = () => {
    const now = performance.now()
    late.push(Math.max(0, now - due))
    due = now + interval
  }
  const timer = setInterval(tick, interval)
  const result = await work()
  // A loop that never came round is late until now.
  tick()
  clearInterval(timer)
  return { result, late }
}

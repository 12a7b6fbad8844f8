/**
 * What each of `sides` gives, turn by turn, so that whatever else the machine does meets all of them alike: a list of
 * `rounds` numbers for each name. What a side gives before the first turn is thrown away.
 */
export async function turnByTurn(sides, rounds) {
  const names = Object.keys(sides)
  const results = Object.fromEntries(names.map((name) => [name, []]))
  for (const name of names) await sides[name]()
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 === 0 ? names : [...names].reverse()) results[name].push(await sides[name]())
  return results
}

/** Calls a second of `work`, in batches of which each takes a few milliseconds, for about so long. */
export async function callsPerSecond(work, milliseconds, batch = 100) {
  const begun = performance.now()
  let calls = 0
  let now = begun
  for (; now < begun + milliseconds; now = performance.now()) {
    for (let each = 0; each < batch; each++) await work(calls + each)
    calls += batch
  }
  return (calls * 1000) / (now - begun)
}

/** Calls a second that so many callers get done who each call again and again for about so long. */
export async function rateOfCallers(callers, work, milliseconds) {
  const begun = performance.now()
  let calls = 0
  const caller = async () => {
    for (; performance.now() < begun + milliseconds; calls++) await work()
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return (calls * 1000) / (performance.now() - begun)
}

/**
 * `works` one after the other, for about so long: each finds caches and memory as the others leave them, not as it would leave
 * them for itself. Of each: us of CPU that it takes, and how often it would be done in a second.
 */
export async function eachDone(works, milliseconds) {
  const begun = performance.now()
  const spent = Object.entries(works).map(([name, work]) => ({ name, work, microseconds: 0, wall: 0 }))
  let done = 0
  do {
    for (const one of spent) {
      const started = performance.now()
      const before = process.cpuUsage()
      await one.work()
      const { user, system } = process.cpuUsage(before)
      one.wall += performance.now() - started
      one.microseconds += user + system
    }
    done++
  } while (performance.now() < begun + milliseconds)
  return Object.fromEntries(
    spent.map(({ name, wall, microseconds }) => [
      name,
      { microseconds: microseconds / done, perSecond: (1000 * done) / wall },
    ]),
  )
}

/** How often `work` is done in a second, and in a second of the CPU time of this process, in about so long. */
export async function timesDone(work, milliseconds) {
  const begun = performance.now()
  const before = process.cpuUsage()
  let done = 0
  do {
    await work()
    done++
  } while (performance.now() < begun + milliseconds)
  const { user, system } = process.cpuUsage(before)
  return {
    perSecond: (done * 1000) / (performance.now() - begun),
    perCpuSecond: (done * 1e6) / (user + system),
  }
}

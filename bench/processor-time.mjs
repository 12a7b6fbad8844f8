/** Calls of `work`, in batches, in about so long; how many. */
function called(work, milliseconds, batch) {
  const end = performance.now() + milliseconds
  let calls = 0
  do {
    for (let each = 0; each < batch; each++) work(calls + each)
    calls += batch
  } while (performance.now() < end)
  return calls
}

/**
 * Calls for each second of processor time that this process takes, helpers of its engine included. As many go before, which
 * do not count: after another program has run, memory is new and code is not compiled.
 */
export function callsPerProcessorSecond(work, milliseconds, batch = 64) {
  called(work, milliseconds, batch)
  const begun = process.cpuUsage()
  const calls = called(work, milliseconds, batch)
  const { user, system } = process.cpuUsage(begun)
  return (calls * 1e6) / (user + system)
}

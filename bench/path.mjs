const turn = () => new Promise((resolve) => setImmediate(resolve))
const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9

/** So many packets may be on their way: fewer than a socket holds. */
const window = 64

/** How long nothing may arrive before what is missing is lost. */
const patience = 0.3

/** Packets a second from the first send to the last arrival. `path` is `{ send(number), arrivals }`. */
export async function throughput(path, count) {
  path.arrivals.begin()
  const begun = process.hrtime.bigint()
  for (let sent = 0; sent < count; await turn())
    while (sent < count && sent - path.arrivals.arrived < window) path.send(sent++)
  await allArrived(path, count)
  return path.arrivals.arrived / seconds(begun)
}

async function allArrived({ arrivals }, count) {
  let [last, since] = [arrivals.arrived, process.hrtime.bigint()]
  while (arrivals.arrived < count && seconds(since) < patience) {
    await turn()
    if (arrivals.arrived !== last) [last, since] = [arrivals.arrived, process.hrtime.bigint()]
  }
}

/** Sends `count` packets at `rate` a second, each when it is due; how many were lost, and came after a later one. */
export async function atRate(path, count, rate) {
  path.arrivals.begin()
  const begun = process.hrtime.bigint()
  for (let sent = 0; sent < count; await turn()) {
    const due = Math.min(count, sent + window / 4, Math.ceil(seconds(begun) * rate))
    while (sent < due) path.send(sent++)
  }
  await allArrived(path, count)
  return { lost: count - path.arrivals.arrived, reordered: path.arrivals.reordered }
}

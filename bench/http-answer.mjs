// Answers of HTTP on a connection of ours, read by their length alone: a load must stay far cheaper than what is measured.
const headEnd = Buffer.from('\r\n\r\n')

/** Octets of the first answer in these, undefined while it is not whole; throws for another status. */
function answerLength(octets, status) {
  const end = octets.indexOf(headEnd)
  if (end < 0) return undefined
  const head = octets.latin1Slice(0, end)
  if (!head.startsWith(`HTTP/1.1 ${status}`))
    throw new Error(`an answer that begins with ${head.slice(0, 40)}`)
  const length = end + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1])
  return octets.length < length ? undefined : length
}

/** The whole answer to what is written. */
export function answer(socket, request, status = 200) {
  return new Promise((resolve, reject) => {
    if (socket.destroyed || socket.readableEnded) throw new Error('the connection was closed before')
    let octets = Buffer.alloc(0)
    const done = (settle, value) => {
      socket.off('data', take).off('error', fail).off('close', fail)
      settle(value)
    }
    const fail = (error) =>
      done(reject, error instanceof Error ? error : new Error('the connection was closed'))
    const take = (chunk) => {
      octets = octets.length === 0 ? chunk : Buffer.concat([octets, chunk])
      try {
        if (answerLength(octets, status) !== undefined) done(resolve, octets)
      } catch (error) {
        done(reject, error)
      }
    }
    socket.on('data', take).on('error', fail).on('close', fail)
    socket.write(request)
  })
}

/** Octets of the body of an answer. */
export const bodyLength = (octets) => octets.length - octets.indexOf(headEnd) - headEnd.length

/**
 * A load of callers who each do `work(caller)` again and again: `rate(milliseconds)` gives how often they did it, and in
 * what time.
 */
export const callersLoad = (callers, work) => ({
  async rate(milliseconds) {
    const begun = performance.now()
    let done = 0
    const each = async (caller) => {
      for (; performance.now() < begun + milliseconds; done++) await work(caller)
    }
    await Promise.all(callers.map(each))
    return { done, seconds: (performance.now() - begun) / 1000 }
  },
})

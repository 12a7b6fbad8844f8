import { connect } from 'node:net'
import type { Reached } from './points.ts'

/** How long somebody may take to accept a connection. */
const patience = 1_000

const isThere = ({ address: { host, port } }: Reached): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patience })
    const told = (answer: boolean) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', told(true)).once('error', told(false)).once('timeout', told(false))
  })

/** Names of those nodes that take no TCP connection. */
export async function absentOf(reached: readonly Reached[]): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(reached.map(isThere))
  return new Set(reached.filter((_, at) => answers[at] === false).map(({ node }) => node))
}

// Servers in processes of their own, which say what CPU time they took.
import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Where nodes and bare servers leave CPU profiles for `node --cpu-prof`, when this names a directory. */
const profiles = process.env.SIDELOCK_BENCH_PROFILES

/** Starts `program` of this folder; resolves once it says what it serves as. It ends with this process. */
export async function served(program, ...args) {
  const child = fork(new URL(program, import.meta.url), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [],
  })
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}`)
  })
  failed.catch(() => undefined)
  const heard = () => Promise.race([once(child, 'message'), failed]).then(([message]) => message)
  const facts = await heard()
  return {
    ...facts,
    /** CPU seconds so far, of all its threads, and octets of memory. */
    async usage() {
      child.send('usage')
      return heard()
    },
    async stop() {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

/** The other end of it: says `facts` once, and then the usage of this process whenever it is asked. */
export function serve(facts) {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send({ cpu: (user + system) / 1e6, memory: process.memoryUsage.rss() })
  })
  process.once('disconnect', () => process.exit())
  process.send(facts)
}

import { NoSuchThing } from './console-errors.ts'
import { startConsoleServer, type ConsoleAddress, type ConsoleServer, type Shown } from './console-server.ts'
import { networkView } from './network-view.ts'
import { TestbedConsole, type TestbedOptions } from './testbed-console.ts'

/** Where the console is, unless somebody says otherwise; taken, the next free port is. */
export const consoleAddress: ConsoleAddress = { host: '127.0.0.1', port: 7330 }
const portsTried = 50

export interface ConsoleOptions extends TestbedOptions {
  /** False: the network has a console, which nothing serves. */
  readonly serve: boolean
}

export interface OpenConsole {
  readonly testbed: TestbedConsole
  /** Undefined when nothing serves it. */
  readonly url: string | undefined
  close(): Promise<void>
}

/** The console of a network that is about to start. Rejects with the error of its socket. */
export async function openConsole(options: ConsoleOptions): Promise<OpenConsole> {
  const testbed = new TestbedConsole(options)
  const fault = (error: unknown) => options.note(`error: fault of the console: ${(error as Error).message}`)
  const server = options.serve ? await onFreePort(shownOf(testbed), fault) : undefined
  return {
    testbed,
    url: server && urlOf(server.address),
    async close() {
      await server?.close()
      await testbed.close()
    },
  }
}

const urlOf = ({ host, port }: ConsoleAddress): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

async function onFreePort(shown: Shown, onFault: (error: unknown) => void): Promise<ConsoleServer> {
  const { host, port: first } = consoleAddress
  for (let port = first; ; port++)
    try {
      return await startConsoleServer(shown, { host, port }, onFault)
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!isTaken || port >= first + portsTried) throw error
    }
}

const shownOf = (testbed: TestbedConsole): Shown => ({
  runs: testbed.runs,
  armed: () => JSON.stringify(testbed.armed()),
  network: () => networkView(testbed.config, testbed.unsafe),
  nodes: () => testbed.nodes(),
  async node(name) {
    const [found] = await testbed.nodes(name)
    if (!found) throw new NoSuchThing('there is no such node, or it does not run')
    return found
  },
  perform: (act, given) => testbed.perform(act, given),
})

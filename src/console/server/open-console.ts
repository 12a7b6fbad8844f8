import { NoSuchThing } from './console-errors.ts'
import { onFreePort, urlOf } from './app.ts'
import { startConsoleServer, type Shown } from './console-server.ts'
import { networkView } from './network-view.ts'
import { TestbedConsole, type TestbedOptions } from './testbed-console.ts'

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
  const server = options.serve
    ? await onFreePort((address) => startConsoleServer(shownOf(testbed), address, fault))
    : undefined
  return {
    testbed,
    url: server && urlOf(server.address),
    async close() {
      await server?.close()
      await testbed.close()
    },
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

import { NoSuchThing } from './console-errors.ts'
import { systemClock, systemRandom } from '../../io/system.ts'
import { openAudit } from '../../nodes/administration/serve.ts'
import { prepareFiles } from '../../nodes/config/files.ts'
import { onFreePort, urlOf, type ConsoleAddress } from './app.ts'
import { startConsoleServer, type Shown } from './console-server.ts'
import { isLoopback } from './guard.ts'
import { loginOf } from './login.ts'
import { networkView } from './network-view.ts'
import { TestbedConsole, type TestbedOptions } from './testbed-console.ts'

export interface ConsoleOptions extends TestbedOptions {
  /** False: the network has a console, which nothing serves; true: at 127.0.0.1, on the next free port. */
  readonly serve: ConsoleAddress | boolean
}

export interface OpenConsole {
  readonly testbed: TestbedConsole
  /** Undefined when nothing serves it. */
  readonly url: string | undefined
  close(): Promise<void>
}

/** The console of a network that is about to start. Rejects with NeedsLogin, InvalidConfig or the error of its socket. */
export async function openConsole(options: ConsoleOptions): Promise<OpenConsole> {
  const testbed = new TestbedConsole(options)
  const served = options.serve === false ? undefined : await serve(testbed, options)
  return {
    testbed,
    url: served?.url,
    async close() {
      await served?.server.close()
      await testbed.close()
    },
  }
}

async function serve(testbed: TestbedConsole, { serve, note }: ConsoleOptions) {
  const shown = shownOf(testbed)
  const fault = (error: unknown) => note(`error: fault of the console: ${(error as Error).message}`)
  if (typeof serve === 'boolean') {
    const server = await onFreePort((address) => startConsoleServer(shown, address, fault))
    return { server, url: urlOf(server.address) }
  }
  if (isLoopback(serve.host)) {
    const server = await startConsoleServer(shown, serve, fault)
    return { server, url: urlOf(server.address) }
  }
  const { config, unsafe } = testbed
  const login = loginOf(config, serve.host)
  // A lab makes its certificates when it first starts.
  await prepareFiles(config, { clock: systemClock, random: systemRandom })
  const audit = await openAudit(login.node, login.admin, { clock: systemClock })
  try {
    const server = await startConsoleServer(shown, serve, fault, { ...login, unsafe, audit })
    const close = async () => {
      await server.close()
      await audit.close()
    }
    return { server: { close }, url: urlOf(server.address, 'https') }
  } catch (error) {
    await audit.close()
    throw error
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

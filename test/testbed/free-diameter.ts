import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newCaCertificate, newHostCertificate } from '../../src/io/lab/certificates.ts'
import { newPrivateKey } from '../../src/io/lab/private-key.ts'
import { systemClock } from '../../src/io/system.ts'

/** What freeDiameterd is told of itself. */
export interface FreeDiameterOptions {
  readonly host: string
  readonly realm: string
  /** Of TLS, or of clear TCP. */
  readonly port: number
  readonly tls: boolean
  /** Hosts that may connect to it. */
  readonly peers: readonly string[]
}

/** A relay agent that others wrote: Debian's freeDiameter, which takes messages of every application. */
export class FreeDiameter {
  readonly #process: ChildProcess
  readonly #ended: Promise<void>

  private constructor(process: ChildProcess) {
    this.#process = process
    this.#ended = new Promise((resolve) => process.once('exit', () => resolve()))
  }

  /** Its configuration lies in `directory`, its certificate is of the lab there; resolves when it takes connections. */
  static async start(directory: string, options: FreeDiameterOptions): Promise<FreeDiameter> {
    const file = join(directory, 'freediameter.conf')
    writeFileSync(file, await configuration(directory, options))
    const process = spawn('freeDiameterd', ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes('daemon initialized')) resolve()
      }
      process.stdout.on('data', hear)
      process.stderr.on('data', hear)
      process.once('error', reject)
      process.once('exit', () => reject(new Error(`freeDiameterd ended: ${said}`)))
    })
    return new FreeDiameter(process)
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5_000)
    await this.#ended
    clearTimeout(timer)
  }
}

async function configuration(directory: string, options: FreeDiameterOptions): Promise<string> {
  const { host, realm, port, tls, peers } = options
  const { ca, cert, key } = await certified(directory, host)
  const whitelist = join(directory, 'whitelist.conf')
  writeFileSync(whitelist, peers.map((peer) => `${tls ? '' : 'ALLOW_IPSEC '}${peer}\n`).join(''))
  return `Identity = "${host}";
Realm = "${realm}";
Port = ${tls ? 0 : port};
SecPort = ${tls ? port : 0};
No_SCTP;
No_IPv6;
AppServThreads = 2;
TLS_Cred = "${cert}", "${key}";
TLS_CA = "${ca}";
LoadExtension = "acl_wl.fdx" : "${whitelist}";
`
}

/** Makes the authority of the lab, which keeps it, and a certificate for this host; without TLS too it wants one. */
async function certified(directory: string, host: string) {
  const authority = join(directory, 'lab', 'ca')
  mkdirSync(authority, { recursive: true, mode: 0o700 })
  const caKey = newPrivateKey()
  const ca = join(authority, 'ca.pem')
  writeFileSync(join(authority, 'ca.key'), caKey, { mode: 0o600 })
  writeFileSync(ca, await newCaCertificate(caKey, systemClock.now()))
  const [cert, key] = [join(directory, 'relay.pem'), join(directory, 'relay.key')]
  const own = newPrivateKey()
  writeFileSync(key, own, { mode: 0o600 })
  writeFileSync(cert, await newHostCertificate(host, own, caKey, systemClock.now()))
  return { ca, cert, key }
}

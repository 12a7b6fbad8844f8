import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, watch } from 'node:fs'
import { command, Sidelock } from './sidelock-child.ts'

const tools = ['ip', 'unshare', 'nsenter', 'curl', 'ping', 'dumpcap', 'tshark', 'sysctl'] as const

/** Why this machine cannot have network namespaces with TUN devices; undefined when it can. */
export function missingForNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return 'they need root'
  if (!existsSync('/dev/net/tun')) return 'they need /dev/net/tun'
  const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0)
  if (missing.length > 0) return `they need ${missing.join(', ')}`
  return spawnSync('unshare', ['--net', 'true']).status === 0 ? undefined : 'they need unshare --net'
}

/** What a program said and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * A network namespace without a name. It ends with the process that holds it, which ends with its standard input: nothing
 * stays, however a test run ends.
 */
export class Namespace {
  readonly #holder: ChildProcess

  private constructor(holder: ChildProcess) {
    this.#holder = holder
  }

  static async create(): Promise<Namespace> {
    const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo there && exec cat'])
    const namespace = new Namespace(holder)
    await new Promise<void>((done, fail) => {
      holder.stdout.once('data', () => done())
      holder.once('exit', () => fail(new Error('unshare ended')))
    })
    return namespace
  }

  /** For `ip link set DEVICE netns`. */
  get id(): string {
    return String(this.#holder.pid)
  }

  /** A program in it, with its pipes. */
  spawn(program: string, ...args: readonly string[]): ChildProcess {
    return spawn('nsenter', this.#entering(program, ...args), { stdio: ['ignore', 'pipe', 'pipe'] })
  }

  sidelock(...args: readonly string[]): Sidelock {
    return Sidelock.by('nsenter', ...this.#entering(process.execPath, command, ...args))
  }

  /** A program to its end. */
  run(program: string, ...args: readonly string[]): Promise<Ended> {
    return ended(this.spawn(program, ...args))
  }

  /** A program that must succeed. */
  async must(program: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, ...args)
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}: ${stderr}`)
    return stdout
  }

  /** A cable between a device here and one there, each with its IPv4 address; both up. */
  async cable(
    other: Namespace,
    here: readonly [string, string],
    there: readonly [string, string],
  ): Promise<void> {
    await this.must('ip', 'link', 'add', here[0], 'type', 'veth', 'peer', 'name', there[0], 'netns', other.id)
    for (const [namespace, [device, address]] of [
      [this, here],
      [other, there],
    ] as const) {
      await namespace.must('ip', 'address', 'add', address, 'dev', device)
      await namespace.must('ip', 'link', 'set', device, 'up')
    }
  }

  end(): void {
    this.#holder.kill('SIGKILL')
  }

  #entering(...rest: readonly string[]): readonly string[] {
    return [`--net=/proc/${this.id}/ns/net`, ...rest]
  }
}

function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (octets: Buffer) => (stdout += octets.toString()))
  child.stderr?.on('data', (octets: Buffer) => (stderr += octets.toString()))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done({ code, stdout, stderr }))
  })
}

/** The last packet of a capture: what came before it is in the file too. */
const lastPacket = 'the end of the capture'

/** A capture of a device, from the moment that `begin` resolves until `end`. */
export class DeviceCapture {
  readonly file: string
  readonly #namespace: Namespace
  readonly #child: ChildProcess

  private constructor(namespace: Namespace, child: ChildProcess, file: string) {
    this.#namespace = namespace
    this.#child = child
    this.file = file
  }

  static async begin(namespace: Namespace, device: string, file: string): Promise<DeviceCapture> {
    const child = namespace.spawn('dumpcap', '-q', '-i', device, '-w', file)
    await new Promise<void>((done, fail) => {
      child.stderr?.on('data', (octets: Buffer) => {
        if (octets.toString().includes('File: ')) done()
      })
      child.once('exit', () => fail(new Error(`dumpcap ended on ${device}`)))
    })
    return new DeviceCapture(namespace, child, file)
  }

  /** All octets of the file, when every packet is in it; `neighbour` is on the other end of the cable. */
  async end(neighbour: string): Promise<Buffer> {
    const isThere = () => readFileSync(this.file).includes(lastPacket)
    const written = new Promise<void>((done) => {
      const watcher = watch(this.file, () => {
        if (!isThere()) return
        watcher.close()
        done()
      })
    })
    await this.#namespace.must('bash', '-c', `echo ${lastPacket} >/dev/udp/${neighbour}/9`)
    await written
    const closed = new Promise<void>((done) => this.#child.once('close', () => done()))
    this.#child.kill('SIGINT')
    await closed
    return readFileSync(this.file)
  }
}

/** What tshark prints of a capture. */
export const tshark = async (file: string, ...args: readonly string[]): Promise<string> =>
  (await ended(spawn('tshark', ['-r', file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }))).stdout

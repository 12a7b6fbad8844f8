import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { freePortPair } from '../../src/io/radio/udp-multicast.ts'
import { temporaryDirectory } from '../testbed/lab-network.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

/** The lines of code of a document, with other ports for those of its examples. */
const commandsOf = (text: string) =>
  [...text.matchAll(/^(?:npx sidelock |node examples\/).*$/gm)].map(([line]) => line)

/** Starts a command line of the documents in this directory. */
function start(line: string, directory: string) {
  const [, ...words] = line.replace('npx sidelock', `node ${root}/bin/sidelock.js`).split(' ')
  const args = words.map((word) => word.replace(/^examples\/naf\.mjs/, `${root}/examples/naf.mjs`))
  const child = spawn(process.execPath, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let look: () => void = () => undefined
  const hear = (octets: Buffer) => {
    said += octets.toString()
    look()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = new Promise<number | null>((done) => child.on('close', done))
  onTestFinished(async () => {
    child.kill()
    await ended
  })
  const until = (text: string) =>
    new Promise<void>((done, fail) => {
      look = () => said.includes(text) && done()
      look()
      void ended.then((code) => fail(new Error(`${line} ended with ${String(code)}: ${said}`)))
    })
  return { until, ended, said: () => said }
}

it(
  'a UE gets its document from a NAF of others over Digest and TLS, as docs/naf.md says',
  { timeout: 120_000 },
  async () => {
    const directory = temporaryDirectory()
    const taken = new Map([['36323', await freePortPair()]])
    for (const port of ['3868', '3869', '3870', '4433', '8080', '8088', '8443'])
      taken.set(port, await freePort())
    const placed = (text: string) =>
      text.replaceAll(/\b\d{4,5}\b/g, (port) => String(taken.get(port) ?? port))
    mkdirSync(join(directory, 'examples'))
    writeFileSync(join(directory, 'examples/naf.yaml'), placed(read('examples/naf.yaml')))
    const commands = commandsOf(placed(read('docs/naf.md')))
    const [network = '', naf = '', ...gets] = commands
    expect(commandsOf(placed(read('README.md')))).toEqual(expect.arrayContaining([network, naf]))
    await start(network, directory).until('network runs')
    await start(naf, directory).until('naf.example.org serves')
    expect(gets).toHaveLength(2)
    for (const [get, proof] of [
      [gets[0], 'digest'],
      [gets[1], 'tls'],
    ] as const) {
      const ue = start(`${get ?? ''} --json`, directory)
      expect(await ue.ended).toBe(0)
      const told = JSON.parse(ue.said()) as Record<string, unknown>
      expect(told).toMatchObject({ verb: 'get', status: 200, proof })
      expect(told['body']).toContain('<simservs>')
    }
    const foreign = start((gets[0] ?? '').replace('001010000000001@', '001010000000002@'), directory)
    expect(await foreign.ended).toBe(1)
    expect(foreign.said()).toContain('HTTP 403')
  },
)

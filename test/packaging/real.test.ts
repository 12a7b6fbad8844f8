import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../testbed/lab-network.ts'
import { freePorts } from '../testbed/fixed-ports.ts'

const root = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const chapter = /## Run it for real\n([^]*?)\n## /.exec(readme)?.[1] ?? ''
const commands = /```sh\n([^]*?)```/.exec(chapter)?.[1] ?? ''

/** The example on ports that are free now. */
async function example(directory: string): Promise<string> {
  const text = readFileSync(join(root, 'examples/real.yaml'), 'utf8')
  const addresses = [...new Set(text.match(/127\.0\.0\.1:\d+/g) ?? [])]
  const ports = await freePorts(addresses.length + 1)
  const moved = addresses.reduce(
    (yaml, one, at) => yaml.replace(`"${one}"`, `"127.0.0.1:${ports[at] ?? 0}"`),
    text,
  )
  const file = join(directory, 'example.yaml')
  const radio = 20_000 + ((ports.at(-1) ?? 0) % 10_000)
  writeFileSync(file, `${moved}\npc5Bearer: { port: ${radio} }\n`)
  return file
}

it('README, "Run it for real": its commands, followed literally, end with a link across processes', async () => {
  expect(chapter.trim().split('\n').length).toBeLessThanOrEqual(15)
  const directory = temporaryDirectory()
  const script = commands
    .replaceAll('examples/real.yaml', await example(directory))
    .replace(/\breal(?=[/ ])(?!\.yaml)/g, join(directory, 'real'))
    .replaceAll('real/example.yaml', 'real/real.yaml')
    .replace('real/\n', 'real/real.yaml\n')
    .replaceAll('npx sidelock', `${process.execPath} ${join(root, 'bin/sidelock.js')}`)
  const shell = spawn('sh', ['-ec', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const { pid = 0 } = shell
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'))
  let said = ''
  shell.stdout.on('data', (octets: Buffer) => (said += octets.toString()))
  shell.stderr.on('data', (octets: Buffer) => (said += octets.toString()))
  const code = await new Promise((done) => shell.once('close', done))
  const logs = readdirSync(join(directory, 'real')).filter((name) => name.endsWith('.log'))
  expect(said).toMatch(/^secured {3}L1 with ue2/m)
  expect(said).toContain('files of hss1, files of bsf1, files of kmf1')
  expect(code).toBe(0)
  expect(logs).toHaveLength(7)
}, 120_000)

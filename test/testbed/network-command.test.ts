import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { labFile, temporaryDirectory } from './lab-network.ts'

const command = resolve(import.meta.dirname, '../../bin/sidelock.js')

type Line = Readonly<Record<string, unknown>>

/** What `npm start -- ...` runs, on a lab of its own. */
function testbed(...flags: readonly string[]) {
  const file = labFile(temporaryDirectory())
  const child = spawn(process.execPath, [command, 'testbed', '--config', file, '--json', ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: Line[] = []
  let tell: (line: Line) => void = () => undefined
  const result = new Promise<Line>((done) => (tell = done))
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line
    lines.push(line)
    if (line['event'] === 'result') tell(line)
  })
  const exit = new Promise<number | null>((done) => child.once('close', (code) => done(code)))
  return { child, lines, result, exit }
}

it.each([[[]], [['--processes']]])(
  'testbed --once --json %j ends with the result of a secured link, and with 0',
  async (flags) => {
    const { lines, exit } = testbed('--once', ...flags)
    expect(await exit).toBe(0)
    expect(lines[0]).toMatchObject({ event: 'start', schema: 1, scenario: '7a' })
    expect(lines.at(-1)).toMatchObject({ event: 'result', branch: '7a', outcome: 'secured', expected: true })
    const links = new Set(lines.flatMap((line) => (line['link'] === undefined ? [] : [line['link']])))
    expect([...links]).toEqual(['L1'])
  },
  60_000,
)

it('the whole testbed stays up in less than 200 MB, sets up again when asked, and ends at SIGTERM with 0', async () => {
  const { child, lines, result, exit } = testbed()
  expect(await result).toMatchObject({ outcome: 'secured' })
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1]
  expect(Number(resident) / 1024).toBeLessThan(200)
  const second = new Promise<void>((done) => {
    child.stdout.on('data', () => {
      if (lines.filter(({ event }) => event === 'result').length === 2) done()
    })
  })
  child.stdin.write('\n')
  await Promise.race([second, exit])
  expect(lines.filter(({ event }) => event === 'result').map(({ outcome }) => outcome)).toEqual([
    'secured',
    'secured',
  ])
  child.kill('SIGTERM')
  expect(await exit).toBe(0)
}, 60_000)

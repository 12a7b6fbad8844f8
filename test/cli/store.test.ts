import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { main } from '../../src/cli/main.ts'
import { Progress } from '../../src/cli/progress.ts'
import { services } from '../../src/cli/services.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { kmfSchema } from '../../src/io/store/kmf-store.ts'
import { storeKey, temporaryDirectory } from '../io/store/temporary.ts'

/** A terminal that keeps what it is told. */
function listener(): { readonly out: string[]; readonly err: string[]; readonly terminal: Terminal } {
  const out: string[] = []
  const err: string[] = []
  const terminal: Terminal = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    columns: undefined,
    environment: {},
    onLine: () => () => undefined,
  }
  return { out, err, terminal }
}

async function sidelock(...args: readonly string[]) {
  const { out, err, terminal } = listener()
  const interruption = { happened: new Promise<never>(() => undefined), atOnce: () => undefined, onHangUp: () => undefined, end: () => undefined } // prettier-ignore
  return { code: await main(args, { terminal, services, interruption }), out, err }
}

/** A network whose stores do not exist yet, with the keys of them. */
function network(): { readonly directory: string; readonly config: string } {
  const directory = temporaryDirectory()
  const config = join(directory, 'my.yaml')
  mkdirSync(join(directory, 'secrets'), { mode: 0o700 })
  for (const name of ['hss1', 'bsf1', 'kmf1'])
    writeFileSync(join(directory, 'secrets', `${name}.key`), storeKey, { mode: 0o600 })
  const text = `version: 1
plmns:
  - { plmn: "001-01", kmf: { proseUeIds: ["000001-07ffff"] }, subscribers: [] }
ues: {}
`
  writeFileSync(config, text)
  return { directory, config }
}

describe('sidelock store', () => {
  it('migrates all stores of a configuration or one, and says so', async () => {
    const { config } = network()
    const { code, out } = await sidelock('store', 'migrate', '--config', config)
    expect(code).toBe(exitCodes.done)
    expect(out.map((line) => line.split(' ')[0])).toEqual(['hss1', 'bsf1', 'kmf1'])
    const version = kmfSchema.migrations.length
    const one = await sidelock('store', 'migrate', '--config', config, '--name', 'kmf1', '--json')
    expect(one.out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'result', schema: 1, name: 'kmf1', from: version, to: version },
    ])
  })

  it('backs up and restores one store, into an empty one only', async () => {
    const { config, directory } = network()
    const file = join(directory, 'hss1.backup')
    const options = ['--config', config, '--name', 'hss1', '--json']
    await sidelock('store', 'migrate', '--config', config)
    const backup = await sidelock('store', 'backup', file, ...options)
    expect(backup.code).toBe(exitCodes.done)
    expect(JSON.parse(backup.out[0] ?? '')).toMatchObject({ name: 'hss1', file, rows: 0 })
    expect((await sidelock('store', 'restore', file, ...options)).code).toBe(exitCodes.done)
    const again = await sidelock('store', 'restore', file, ...options)
    expect(again.code).toBe(exitCodes.configuration)
    expect(JSON.parse(again.err[0] ?? '')).toMatchObject({ code: 'ERR_STORE_UNUSABLE' })
  })

  it('copies by the names of files', async () => {
    const { config, directory } = network()
    await sidelock('store', 'migrate', '--config', config)
    const [from, to] = [join(directory, 'stores/bsf1.db'), join(directory, 'bsf.db')]
    expect((await sidelock('store', 'copy', '--from', from, '--to', to)).out).toEqual([
      `0 rows of ${from} in the store of ${to}`,
    ])
    expect((await sidelock('store', 'copy', '--from', from)).code).toBe(exitCodes.usage)
  })

  it('asks which store is meant', async () => {
    const { config } = network()
    const { code, err } = await sidelock('store', 'backup', 'x', '--config', config)
    expect(code).toBe(exitCodes.usage)
    expect(err[1]).toContain('--name hss1')
    const unknown = await sidelock('store', 'migrate', '--config', config, '--name', 'hss9')
    expect(unknown.code).toBe(exitCodes.usage)
    expect(unknown.err[1]).toContain('hss1, bsf1, kmf1')
  })

  it('has help for each verb', async () => {
    for (const verb of ['migrate', 'backup', 'restore', 'copy']) {
      const { code, out } = await sidelock('store', verb, '--help')
      expect(code).toBe(exitCodes.done)
      expect(out.join('\n')).toContain('--json')
    }
  })
})

describe('sidelock key rotate', () => {
  it('R32: puts a new key in the file and says where the old one is', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { config, directory } = network()
    const rotation = sidelock('key', 'rotate', '--config', config, '--name', 'bsf1')
    await vi.waitUntil(() => vi.getTimerCount() > 0, { timeout: 10_000 })
    vi.runAllTimers()
    const { code, out, err } = await rotation
    expect(code).toBe(exitCodes.done)
    const file = join(directory, 'secrets/bsf1.key')
    expect(out).toEqual([`0 rows of bsf1 under the new key in ${file}`])
    expect(err).toEqual([`sidelock: backups made before need the former key: it is in ${file}.before`])
    expect(readFileSync(file).equals(Buffer.from(storeKey))).toBe(false)
  })
})

describe('progress', () => {
  it('is told after a second and then every ten, as a line or as JSON', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { terminal, err } = listener()
    const progress = new Progress(terminal, { name: 'store copy', unit: 'rows', json: false })
    const asJson = new Progress(terminal, { name: 'store copy', unit: 'rows', json: true })
    for (let done = 0; done < 120; done += 10) {
      progress.done(done, 1000)
      if (done === 110) asJson.done(done, 1000)
      vi.advanceTimersByTime(1000)
    }
    expect(err).toEqual([
      'sidelock: store copy 10 of 1 000 rows, 1 %, 10/s, 99 s left',
      'sidelock: store copy 110 of 1 000 rows, 11 %, 10/s, 89 s left',
      '{"event":"progress","task":"store copy","done":110,"total":1000}',
    ])
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import { uaIdTmpi } from '../../src/core/identities/naf-id.ts'
import { projectValues } from '../../src/core/project-values.ts'
import type { akaFunctions } from '../../src/crypto/aka.ts'
import type { kdf } from '../../src/crypto/kdf.ts'
import { CaptureFile } from '../../src/io/capture/capture-file.ts'
import { loadNetworkConfig } from '../../src/nodes/config/load.ts'
import { networkNodes } from '../../src/testbed/network.ts'
import { scenarios } from '../../src/testbed/scenarios.ts'
import { found, sidelock } from './secret-search.ts'

/** Copies of all keys of a run by what they are, taken where they are made or first used: they are wiped later. */
const keys = vi.hoisted(() => new Map<string, Uint8Array>())

function keep(what: string, ...octets: readonly Uint8Array[]): void {
  for (const key of octets) keys.set(`${what} ${hex(key)}`, key.slice())
}

/** Whether these end with the NAF_Id of a TMPI. TS 33.220 B.4. */
const isOfTmpi = (parameters: readonly Uint8Array[]): boolean =>
  hex(parameters.at(-1) ?? new Uint8Array()).endsWith(hex(uaIdTmpi))

vi.mock('../../src/crypto/kdf.ts', async (original) => {
  const real = await original<{ readonly kdf: typeof kdf }>()
  const observed: typeof kdf = (key, fc, parameters) => {
    const derived = real.kdf(key, fc, parameters)
    keep('key of a KDF', key)
    // The token of E2 goes over the air.
    if (fc === projectValues.fcRequestToken.value) return derived
    keep(`key of FC ${fc}`, derived)
    // PEK and PIK are halves; 24 octets are a TMPI, which everybody may see.
    if (!isOfTmpi(parameters)) keep(`key of FC ${fc}`, derived.subarray(0, 16), derived.subarray(16))
    return derived
  }
  return { ...real, kdf: observed }
})

vi.mock('../../src/crypto/aka.ts', async (original) => {
  const real = await original<{ readonly akaFunctions: typeof akaFunctions }>()
  const observed: typeof akaFunctions = (secrets) => {
    keep('K', secrets.k)
    keep('operator constant', secrets.algorithm === 'TUAK' ? secrets.topc : secrets.opc)
    const functions = real.akaFunctions(secrets)
    const kept = <Outputs extends Record<'res' | 'ck' | 'ik', Uint8Array>>(outputs: Outputs): Outputs => {
      keep('RES', outputs.res)
      keep('CK', outputs.ck)
      keep('IK', outputs.ik)
      return outputs
    }
    return {
      ...functions,
      f2345: (rand) => kept(functions.f2345(rand)),
      f12345: (rand, sqn, amf) => kept(functions.f12345(rand, sqn, amf)),
    }
  }
  return { ...real, akaFunctions: observed }
})

const views = [
  ['as JSON lines', undefined, ['--json']],
  ['as a line a message', undefined, []],
  ['as a ladder', 120, ['--unfold']],
] as const

beforeEach(() => keys.clear())

async function expectNoSecret(scenario: string, columns: number | undefined, flags: readonly string[]) {
  const { output, events, directory } = await sidelock(scenario, columns, '--heartbeats', ...flags)
  for (const kind of ['K ', 'operator constant ', 'RES ', 'CK ', 'IK ', 'key of a KDF ', 'key of FC '])
    expect([...keys.keys()].some((name) => name.startsWith(kind))).toBe(true)
  expect(output.length).toBeGreaterThan(1000)
  expect(found(Buffer.from(output), keys)).toEqual([])
  const octets = events.flatMap((event) => ('bytes' in event ? [event.bytes] : []))
  expect(octets.length).toBeGreaterThan(0)
  for (const bytes of octets) expect(found(Buffer.from(bytes), keys)).toEqual([])
  const file = join(directory, 'a.pcapng')
  const capture = new CaptureFile(file, false)
  capture.begin(scenario, networkNodes(loadNetworkConfig(join(directory, 'network.yaml'))))
  events.forEach(capture.tap)
  capture.close()
  expect(found(readFileSync(file), keys)).toEqual([])
}

describe.each(views)(
  'R31: no key in what is shown at debug level, told or captured: %s',
  (_title, columns, flags) => {
    it.each(scenarios.map(({ name }) => name))('%s', (name) =>
      expectNoSecret(name, columns, [...flags, '--simulated']),
    )

    it.each(['7d-imsi', 'extensions', 'gba-u'])('%s over sockets', (name) =>
      expectNoSecret(name, columns, flags),
    )
  },
)

it('the search finds keys that are there: a run that reveals them', async () => {
  const { output } = await sidelock('7a', undefined, '--json', '--unsafe-reveal-keys')
  const shown = found(Buffer.from(output), keys)
  expect(shown.some((name) => name.startsWith('CK '))).toBe(true)
  expect(shown.some((name) => name.startsWith('key of a KDF '))).toBe(true)
  expect(shown.some((name) => name.startsWith('K '))).toBe(false)
})

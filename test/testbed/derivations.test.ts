import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { recordedLines } from '../console/recorded.ts'

interface Line {
  readonly event: string
  readonly what?: string
  readonly name?: string
  readonly from?: string
  readonly keys?: Readonly<Record<string, string>>
}

interface Derivation extends Line {
  readonly input: string
  readonly fc: string
  readonly parameters: readonly { readonly value: string; readonly length: string }[]
  readonly s: string
  readonly output: string
  readonly key: string
  readonly ck: string
  readonly ik: string
}

async function told(scenario: string, unsafe: boolean) {
  const texts = await recordedLines(scenario, unsafe)
  const lines = texts.map((text) => JSON.parse(text) as Line)
  const derivations = lines.filter(({ what }) => what === 'derivation') as Derivation[]
  return { texts, lines, derivations }
}

const octets = (text: string) => Buffer.from(text, 'hex')
const fingerprint = (key: string) =>
  createHmac('sha256', 'sidelock fingerprint').update(octets(key)).digest('hex').slice(0, 8)

describe('a run that reveals keys', () => {
  it.each(['7a', '7b-expired', '7c-found', '7d-imsi', 'rekey', 'relay', '7c-renegotiate-bootstrap'])(
    '%s: tells every input of every key that a node names, so that anybody can compute it again',
    async (scenario) => {
      const { lines, derivations } = await told(scenario, true)
      const named = lines.flatMap(({ keys = {} }) => Object.entries(keys).map(([name, print]) => `${name} ${print}`)) // prettier-ignore
      const derived = derivations.map(({ name = '', key }) => `${name} ${fingerprint(key)}`)
      expect(derived.toSorted()).toEqual([...new Set(named)].toSorted())
      for (const { name, input, fc, parameters, s, output, key, ck, ik } of derivations) {
        if (name === 'Ks') {
          expect(key).toBe(ck + ik)
          continue
        }
        expect(s).toBe(fc + parameters.map(({ value, length }) => value + length).join(''))
        for (const { value, length } of parameters) expect(Number.parseInt(length, 16)).toBe(value.length / 2)
        expect(createHmac('sha256', octets(input)).update(octets(s)).digest('hex')).toBe(output)
        expect(key).toBe(name === 'PEK' || name === 'PIK' ? output.slice(32) : output)
      }
    },
  )

  it('each key is the input of the next, from Ks to PEK and PIK', async () => {
    const { derivations } = await told('7b-expired', true)
    const keyOf = new Map(derivations.map(({ name = '', key }) => [name, key]))
    const chain = derivations.map(({ name, from }) => `${from} ${name}`)
    for (const link of ['K Ks', 'Ks Ks_NAF', 'Ks_NAF PDK', 'PDK KD-sess', 'KD-sess PEK', 'KD-sess PIK'])
      expect(chain).toContain(link)
    expect(derivations.find(({ name }) => name === 'PIK')?.input).toBe(keyOf.get('KD-sess'))
    expect(derivations.find(({ name }) => name === 'KD-sess')?.input).toBe(keyOf.get('PDK'))
  })
})

it('R31: any other run tells none', async () => {
  const { texts, derivations } = await told('7a', false)
  expect(derivations).toEqual([])
  const revealed = await told('7a', true)
  // In simulated time both runs have the same keys.
  for (const { key } of revealed.derivations) expect(texts.join('\n')).not.toContain(key)
  expect(revealed.derivations.length).toBeGreaterThan(7)
})

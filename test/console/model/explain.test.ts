import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { inspect, inspectOctets, likelyPoint } from '../../../src/console/model/explain.ts'
import { fieldAt, fieldOfPath, flatFields } from '../../../src/console/model/fields.ts'
import { recorded } from '../recorded.ts'

describe('what the inspector says of a message', () => {
  it.each(['7a', '7b-expired', '7c-renegotiate-imsi', 'relay', 'rekey', 'kmf-down'])(
    '%s: every message is read to its end by the codec of its point, each field within the one that holds it',
    async (name) => {
      const run = await recorded(name)
      for (const line of run.messages) {
        const { fields, stopped, octets, name: found } = inspect(line)
        expect(stopped, `${line.name} ${JSON.stringify(stopped)}`).toBeUndefined()
        expect(found, line.name).not.toBe('unknown')
        for (const field of flatFields(fields)) {
          expect(field.from).toBeGreaterThanOrEqual(0)
          expect(field.to).toBeLessThanOrEqual(octets.length)
          expect(field.valueFrom).toBeLessThanOrEqual(field.to)
          for (const part of field.parts) {
            expect(part.from).toBeGreaterThanOrEqual(field.from)
            expect(part.to).toBeLessThanOrEqual(field.to)
          }
        }
      }
    },
  )

  it('finds the GPI of step 12 and what stands in it; an octet leads back to its innermost field', async () => {
    const run = await recorded('7b-expired')
    const command = run.messages.find(({ name }) => name === 'DIRECT_SECURITY_MODE_COMMAND')
    if (!command) throw new Error('no Command')
    const { fields, octets } = inspect(command)
    const gpi = fieldOfPath(fields, 'gpi')
    expect(gpi?.parts.map(({ name }) => name)).toEqual([
      ...['version and UICC-ME', 'RAND', 'AUTN', 'UICC-App-Label', 'ciphertext', 'MAC'],
    ])
    expect(hex(octets.subarray(gpi?.valueFrom, gpi?.to))).toBe(command.fields['gpi'])
    const autn = gpi?.parts[2]
    expect(fieldAt(fields, autn?.from ?? 0)?.path).toBe('gpi.autn')
  })

  it('shows the GPI in the AVP of step 9 and in the XML of step 10 with the same parts', async () => {
    const run = await recorded('7d-imsi')
    const partsOf = (name: string, path: string) => {
      const line = run.messages.find((one) => one.name === name)
      return line && fieldOfPath(inspect(line).fields, path)?.parts.map(({ name, text }) => [name, text])
    }
    const inAvp = partsOf('PKA', 'gba-push-info')
    expect(inAvp?.length).toBe(6)
    expect(partsOf('PROSE_DIRECT_KEY_RESPONSE', 'gpi')).toEqual(inAvp)
  })

  it('R31: keys are named [key] and have no parts, IMSI and IMPI show masked', async () => {
    const run = await recorded('7d-imsi')
    const texts = run.messages.flatMap((line) => flatFields(inspect(line).fields))
    const named = (name: string) => texts.filter((field) => field.name === name).map(({ text }) => text)
    expect(new Set(named('ProSe-Direct-Key'))).toEqual(new Set(['[key]']))
    expect(new Set(named('prose-direct-key'))).toEqual(new Set(['[key]']))
    expect(new Set(named('ME-Key-Material'))).toEqual(new Set(['[key]']))
    expect(new Set(named('username'))).toEqual(new Set(['00102········02']))
    expect(named('ue1-id')).toEqual(['type imsi 00101········01'])
    for (const { text } of texts) expect(text).not.toMatch(/00101000000000|00102000000000/)
  })

  it('says where decoding stopped: octets of a message that was cut', async () => {
    const run = await recorded('7a')
    for (const [name, point] of [
      ['DIRECT_COMMUNICATION_REQUEST', 'PC5'],
      ['PKR', 'PC6'],
      ['PROSE_DIRECT_KEY_REQUEST', 'PC8'],
    ] as const) {
      const line = run.messages.find((one) => one.name === name)
      const octets = fromHex(line?.bytes ?? '').subarray(0, -9)
      const { stopped, fields } = inspectOctets(point, octets)
      expect(stopped?.reason, name).toBeTruthy()
      expect(fields.length, name).toBeGreaterThan(2)
    }
  })

  it('B56: a Diameter AVP whose length leads nowhere stops there, what stands before it is told', async () => {
    const run = await recorded('7a')
    const octets = fromHex(run.messages.find(({ name }) => name === 'PKR')?.bytes ?? '')
    const nafId = fieldOfPath(inspectOctets('PC6', octets).fields, 'naf-id')
    octets[(nafId?.from ?? 0) + 7] = 3
    const { stopped, fields } = inspectOctets('PC6', octets)
    expect(stopped).toMatchObject({ field: 'NAF-Id', offset: nafId?.from })
    expect(fields.at(-1)?.to).toBeLessThanOrEqual(nafId?.from ?? 0)
  })

  it('knows pasted octets by the codec that reads most of them', async () => {
    const run = await recorded('7a')
    const pointOf = (name: string) =>
      likelyPoint(fromHex(run.messages.find((line) => line.name === name)?.bytes ?? ''))
    expect(pointOf('DIRECT_COMMUNICATION_REQUEST')).toBe('PC5')
    expect(pointOf('GROUP_MEMBER_DISCOVERY_ANNOUNCEMENT')).toBe('PC5')
    expect(pointOf('PKR')).toBe('Zn')
    expect(pointOf('PROSE_DIRECT_KEY_REQUEST')).toBe('PC8')
    expect(['PC8', 'Ub']).toContain(pointOf('401 challenge'))
  })
})

import { describe, expect, it } from 'vitest'
import { RelayServiceCode } from '../../../src/core/identities/prose.ts'
import type { Imsi } from '../../../src/core/identities/subscriber.ts'
import { hours } from '../../../src/core/units.ts'
import type { Uss } from '../../../src/wire/user-security-settings.ts'
import {
  askKmf1,
  bia,
  failure,
  gpa,
  imsi1,
  imsi2,
  kmf1,
  labOf,
  plmn1,
  row,
  step6,
  ue1ProseId,
  ue2,
  ue2ProseId,
  ussOf,
} from './kmf-fixture.ts'

/** A table of the KMF itself that knows one subscriber. */
const table = (uss: Uss, of: Imsi) => ({
  ownProseUss: (imsi: Imsi) => Promise.resolve(imsi === of ? uss : undefined),
})
const silent = { ...bia, ussList: [] }
const relayServiceCode = RelayServiceCode(0x000123)

describe('a BSF that gives no ProSe USS', () => {
  it('R8: of UE-2 says nothing, so that it gets no key; the table of the KMF may say it', async () => {
    const nameless = { ...ue2, ussList: [] }
    const without = labOf()
    await without.ports.authorisations.grant(imsi2, plmn1)
    expect(await without.ask({}, nameless)).toMatchObject({ outcome: 'error' })
    const own = labOf({ ports: table(ussOf(imsi2, ue2ProseId, [1]), imsi2) })
    await own.ports.authorisations.grant(imsi2, plmn1)
    expect(await own.ask({}, nameless)).toMatchObject({ outcome: 'key' })
  })

  it.each([
    ['remote-ue', [4]],
    ['Public Safety', [3]],
  ])('R9: in a relay set-up the table must give %s too', async (_, flags) => {
    const asking = { bir: () => Promise.resolve(silent) }
    const short = await kmf1({ ...asking, ports: table(ussOf(imsi1, ue1ProseId, flags), imsi1) })
    expect((await failure(askKmf1(short, { relayServiceCode }))).code).toBe('ERR_NOT_AUTHORISED')
    const both = await kmf1({ ...asking, ports: table(ussOf(imsi1, ue1ProseId, [3, 4]), imsi1) })
    expect(await askKmf1(both, { relayServiceCode })).toMatchObject({ ue1ProseUeIds: [ue1ProseId] })
  })

  it('R8: 7b: the table is read again when the key leaves: what was taken meanwhile is refused', async () => {
    const settings = ussOf(imsi1, ue1ProseId, [1])
    for (const answers of [[settings], [settings, settings, settings]]) {
      const isTaken = answers.length === 1
      const ports = { ownProseUss: () => Promise.resolve(answers.shift()) }
      const gpr = (request: Parameters<typeof gpa>[0]) => Promise.resolve({ ...gpa(request), ussList: [] })
      const lab = await kmf1({ gpr, ports })
      await lab.ports.keys.put({ ...row, ussList: [] })
      lab.wait(hours(24))
      if (isTaken) expect((await failure(askKmf1(lab))).code).toBe('ERR_NOT_AUTHORISED')
      else expect(await askKmf1(lab)).toHaveProperty('gpi')
    }
  })

  it('R8: 7d, a push without settings: the table decides', async () => {
    const gpr = (request: Parameters<typeof gpa>[0]) => Promise.resolve({ ...gpa(request), ussList: [] })
    const byImsi = { ...step6, ue1Id: { kind: 'imsi', imsi: imsi1 } } as const
    expect((await failure(askKmf1(await kmf1({ gpr }), byImsi))).code).toBe('ERR_NOT_AUTHORISED')
    const own = await kmf1({ gpr, ports: table(ussOf(imsi1, ue1ProseId, [1]), imsi1) })
    expect(await askKmf1(own, byImsi)).toHaveProperty('gpi')
  })
})

import { Amf, Rand } from '../../src/core/aka.ts'
import { bTidOf } from '../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../src/core/identities/naf-id.ts'
import { Plmn } from '../../src/core/identities/plmn.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { impiOfImsi, Imsi } from '../../src/core/identities/subscriber.ts'
import { K, Ks, KsNaf, Opc, Topc } from '../../src/core/keys.ts'
import { hours, Instant, later, seconds } from '../../src/core/units.ts'
import type { Bootstrap } from '../../src/entities/bsf/ports.ts'
import type { Subscriber } from '../../src/entities/hss/ports.ts'
import type { NafKeyRow } from '../../src/entities/kmf/ports.ts'
import type { Guss, Uss } from '../../src/wire/user-security-settings.ts'

export const noon = Instant(Date.UTC(2030, 0, 1, 12))
export const home = Plmn('001-01')
export const imsi1 = Imsi('001010000000001')
export const imsi2 = Imsi('001010000000002')

/** Octets that differ from one number to the next. */
export const octets = (count: number, from: number) =>
  Uint8Array.from({ length: count }, (_, at) => (from + at * 7 + 1) % 256)
export const rand = (number: number) => Rand(octets(16, number))

export const milenageSubscriber: Subscriber = {
  imsi: imsi1,
  impi: impiOfImsi(imsi1, home),
  aka: { algorithm: 'MILENAGE', k: K(octets(16, 1)), opc: Opc(octets(16, 2)) },
  amf: Amf(Uint8Array.of(0, 0)),
  gba: 'GBA_ME',
  prose: {
    ueIds: [ProseUeId(0x010203), ProseUeId(0x010204)],
    permissions: ['one-to-one', 'remote-ue'],
    publicSafety: true,
  },
}

export const tuakSubscriber: Subscriber = {
  imsi: imsi2,
  impi: impiOfImsi(imsi2, home),
  aka: { algorithm: 'TUAK', k: K(octets(32, 3)), topc: Topc(octets(32, 4)), keccakIterations: 2 },
  amf: Amf(Uint8Array.of(0, 1)),
  gba: 'GBA_U',
  ksLifetime: seconds(600),
}

const bsf = Fqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org')
export const btid = (number: number) => bTidOf(rand(number), bsf)

const uss: Uss = { id: '1000001', type: 0, uids: ['imsi:001010000000001', 'a<b>&"c'], flags: [1, 4] }
const guss: Guss = { id: 'sidelock', uiccType: 'GBA', lifetime: hours(2), ussList: [uss] }

export const bootstrap = (number: number, changes: Partial<Bootstrap> = {}): Bootstrap => ({
  btid: btid(number),
  impi: impiOfImsi(imsi1, home),
  rand: rand(number),
  ks: Ks(octets(32, number)),
  created: noon,
  expires: later(noon, hours(1)),
  guss,
  ...changes,
})

export const proseNaf = nafIdOf(Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.prose)
export const tlsNaf = nafIdOf(Fqdn('pkmf.mnc001.mcc001.pub.3gppnetwork.org'), uaIds.tls13)
export const nafKey = (number: number) => KsNaf(octets(32, number))

export const nafKeyRow = (number: number, changes: Partial<NafKeyRow> = {}): NafKeyRow => ({
  btid: btid(number),
  impi: impiOfImsi(imsi1, home),
  imsi: imsi1,
  created: noon,
  expires: later(noon, hours(1)),
  ussList: [uss],
  keys: [{ nafId: proseNaf, key: nafKey(number) }],
  ...changes,
})

/** Everything in a value, keys too, in a form that can be compared. */
export const visible = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      part instanceof Uint8Array ? Buffer.from(Uint8Array.from(part)).toString('hex') : part,
    ),
  )

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Rand } from '../../../src/core/aka.ts'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { proseUeIdFromHex } from '../../../src/core/identities/prose.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { Ks } from '../../../src/core/keys.ts'
import { hours, later, milliseconds, seconds } from '../../../src/core/units.ts'
import { decodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { World, type Station } from '../../entities/ue/two-ues.ts'

type MessageName = 'command' | 'completeSeedProfile' | 'accept' | 'userDataSeedProfile'
type Pair = { readonly eea: 1 | 2 | 3; readonly eia: 1 | 2 | 3 } & Readonly<
  Record<MessageName, { readonly pdu: string }>
>
interface BootstrappedCase {
  readonly inputs: Readonly<Record<'UE-1 ProSe UE ID' | 'UE-2 ProSe UE ID', string>>
  readonly names: Readonly<Record<'IMPI' | 'KMF-1 FQDN', string>>
  readonly aka: Readonly<Record<'RAND' | 'Ks', string>>
  readonly Ub: Readonly<Record<'B-TID', string>>
  readonly links: readonly [
    Readonly<Record<'Nonce_1' | 'Nonce_2' | 'DKSI' | 'LSB of KD-sess ID', string>> & {
      readonly request: {
        readonly frame: string
        readonly fields: { readonly maximumInactivityPeriod: number }
      }
      readonly messages: { readonly userDataSeedProfile: { readonly fields: { readonly packet: string } } }
      readonly pairs: readonly Pair[]
    },
  ]
}

const path = new URL('../../vectors/chain.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases: readonly [BootstrappedCase] }
const [chain] = cases
const [link] = chain.links

/** The two UEs of the case, given the octets that they draw at random. */
async function replay({ eea, eia }: Pair): Promise<{ readonly ue1: Station; readonly ue2: Station }> {
  const world = new World()
  const settings = {
    ip: true,
    kmf: Fqdn(chain.names['KMF-1 FQDN']),
    maximumInactivityPeriod: seconds(link.request.fields.maximumInactivityPeriod),
  }
  const ue2Id = proseUeIdFromHex(chain.inputs['UE-2 ProSe UE ID'])
  const algorithms = { eea: [eea], eia: [eia], allowEea0: false, disabledAlgorithms: [] }
  const ue1 = world.station(proseUeIdFromHex(chain.inputs['UE-1 ProSe UE ID']), settings)
  const ue2 = world.station(ue2Id, { ...settings, algorithms })
  world.network.prepared.push({
    btid: BTid(chain.Ub['B-TID']),
    impi: Impi(chain.names.IMPI),
    rand: Rand(fromHex(chain.aka.RAND)),
    ks: Ks(fromHex(chain.aka.Ks)),
    created: world.clock.now(),
    expires: later(world.clock.now(), hours(24)),
  })
  ue1.random.next.push(fromHex(link.Nonce_1), fromHex(link.DKSI))
  await world.connect(ue1, ue2Id, () =>
    ue2.random.next.push(fromHex(link.Nonce_2), fromHex(link['LSB of KD-sess ID'])),
  )
  ue1.ue.send('L1', fromHex(link.messages.userDataSeedProfile.fields.packet), 'ip')
  await world.clock.advance(milliseconds(10))
  return { ue1, ue2 }
}

const framesOf = ({ sent }: Station) => sent.map(({ frame }) => frame)
const pdusOf = (station: Station) => framesOf(station).map((frame) => hex(decodeFrame(frame).pdu))

describe('chain.json: given the same nonces, DKSI and last octet, two UEs say the same octets', () => {
  it.each(link.pairs)('EEA$eea, EIA$eia', async (pair) => {
    const { ue1, ue2 } = await replay(pair)
    expect(hex(framesOf(ue1)[0] ?? new Uint8Array())).toBe(link.request.frame)
    expect(pdusOf(ue1).slice(1)).toEqual([pair.completeSeedProfile.pdu, pair.userDataSeedProfile.pdu])
    expect(pdusOf(ue2)).toEqual([pair.command.pdu, pair.accept.pdu])
    expect(ue2.received).toHaveLength(1)
  })
})

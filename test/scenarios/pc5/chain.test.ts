import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Rand, Sqn } from '../../../src/core/aka.ts'
import { fromHex, hex } from '../../../src/core/bytes.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { proseUeIdFromHex, RelayServiceCode } from '../../../src/core/identities/prose.ts'
import { Plmn } from '../../../src/core/identities/plmn.ts'
import { Impi, Imsi } from '../../../src/core/identities/subscriber.ts'
import { K, Ks, Opc, Pdk } from '../../../src/core/keys.ts'
import { defaultNames, PlmnTable, type PlmnEntry } from '../../../src/core/plmn-table.ts'
import { seqOf, sqnOf } from '../../../src/core/sequence-number.ts'
import { hours, inMilliseconds, later, milliseconds, seconds } from '../../../src/core/units.ts'
import { SoftUsim } from '../../../src/entities/ue/usim/soft-usim.ts'
import { decodeFrame } from '../../../src/reference-points/pc5/sl-sch.ts'
import { World, type Station } from '../../entities/ue/two-ues.ts'

type MessageName = 'command' | 'completeSeedProfile' | 'accept' | 'userDataSeedProfile'
type Pair = { readonly eea: 1 | 2 | 3; readonly eia: 1 | 2 | 3 } & Readonly<
  Record<MessageName, { readonly pdu: string }>
>
type LinkCase = Readonly<Record<'step7' | 'Nonce_1' | 'Nonce_2' | 'DKSI' | 'LSB of KD-sess ID', string>> & {
  readonly request: {
    readonly frame: string
    readonly fields: {
      readonly maximumInactivityPeriod: number
      readonly relayServiceCode: string | null
      readonly linkLocalIpv6Address: string | null
    }
  }
  readonly messages: {
    readonly userDataSeedProfile: {
      readonly sduType: 0 | 3
      readonly fields: Readonly<Record<string, string>>
    }
  }
  readonly pairs: readonly Pair[]
  readonly PDK: { readonly value: string }
  readonly extensions: {
    readonly set: number
    readonly PDK: { readonly value: string }
    readonly 'request token': { readonly value: string } | null
  } & Readonly<Record<'request sdu' | 'command pdu', string>>
}
interface KeyChain {
  readonly kind: string
  readonly inputs: Readonly<
    Record<'K' | 'OPc' | 'IMSI' | 'MCC' | 'MNC' | 'uicc' | 'UE-1 ProSe UE ID' | 'UE-2 ProSe UE ID', string>
  > & { readonly 'HPLMN of UE-2': Readonly<Record<'MCC' | 'MNC', string>> }
  readonly names: Readonly<Record<'IMPI' | 'KMF-1 FQDN', string>>
  readonly aka: Readonly<Record<'RAND' | 'Ks', string>>
  readonly Ub?: Readonly<Record<'B-TID', string>>
  readonly push: {
    readonly aka: { readonly SQN: string }
    readonly GPI: { readonly GPI: string }
    readonly resynchronisation: { readonly SQN_MS: string }
    readonly securityModeReject: { readonly pdu: string }
  }
  readonly links: readonly LinkCase[]
}

const path = new URL('../../vectors/chain.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases: readonly KeyChain[] }
const linksOf = (step7: string) =>
  cases
    .flatMap((chain) => chain.links.map((link) => ({ chain, link })))
    .filter(({ link }) => link.step7 === step7)

const sqnFromHex = (text: string): Sqn => Sqn(Number.parseInt(text, 16))
/** The highest SQN that a USIM took when the push is the next. */
const before = ({ push }: KeyChain): Sqn => sqnOf(seqOf(sqnFromHex(push.aka.SQN)) - 1, 0)

const usimOf = ({ inputs, names }: KeyChain, highest: Sqn): SoftUsim =>
  new SoftUsim(
    {
      impi: Impi(names.IMPI),
      aka: { algorithm: 'MILENAGE', k: K(fromHex(inputs.K)), opc: Opc(fromHex(inputs.OPc)) },
      gba: inputs.uicc === 'GBA_U' ? 'GBA_U' : 'GBA_ME',
    },
    highest,
  )

/** The home networks of both UEs, which hold this set for each other. */
function plmnsOf({ inputs, names }: KeyChain, extensions: number): PlmnTable {
  const entry = (plmn: Plmn, id: string): PlmnEntry => {
    const range = proseUeIdFromHex(id)
    return { ...defaultNames(plmn), plmn, kmfHosts: [], proseUeIds: [[range, range]], extensions }
  }
  const { MCC, MNC, 'HPLMN of UE-2': visited } = inputs
  const home = entry(Plmn(`${MCC}-${MNC}`), inputs['UE-1 ProSe UE ID'])
  return new PlmnTable([
    { ...home, kmfNames: [Fqdn(names['KMF-1 FQDN'])] },
    entry(Plmn(`${visited.MCC}-${visited.MNC}`), inputs['UE-2 ProSe UE ID']),
  ])
}

interface Replay {
  readonly highest?: Sqn
  readonly extensions?: number
  /** UE-1 has used its B-TID with KMF-1, it expires, and Ub does not answer. */
  readonly expired?: boolean
}

/** The two UEs of the case, given the octets that they draw at random, and the KMF's answer. */
async function replay(
  chain: KeyChain,
  link: LinkCase,
  { eea, eia }: Pair,
  { highest = before(chain), extensions = 0, expired = false }: Replay = {},
) {
  const world = new World()
  const { relayServiceCode, linkLocalIpv6Address, maximumInactivityPeriod } = link.request.fields
  const relay =
    relayServiceCode === null
      ? {}
      : { relayServiceCode: RelayServiceCode(Number.parseInt(relayServiceCode, 16)) }
  const settings = {
    imsi: Imsi(chain.inputs.IMSI),
    ip: linkLocalIpv6Address !== null,
    kmf: Fqdn(chain.names['KMF-1 FQDN']),
    maximumInactivityPeriod: seconds(maximumInactivityPeriod),
    relayServiceCodes: Object.values(relay),
    plmns: plmnsOf(chain, extensions),
  }
  const ue2Id = proseUeIdFromHex(chain.inputs['UE-2 ProSe UE ID'])
  const algorithms = { eea: [eea], eia: [eia], allowEea0: false, disabledAlgorithms: [] }
  const usim = usimOf(chain, highest)
  const ue1 = world.station(proseUeIdFromHex(chain.inputs['UE-1 ProSe UE ID']), settings, { usim })
  const ue2 = world.station(ue2Id, { ...settings, imsi: Imsi('001010000000002'), algorithms })
  let ready = false
  void ue2.ue.openPc8().then(() => (ready = true))
  await world.clock.runUntil(() => ready)
  prepare(world, chain, link, extensions === 0 ? link.PDK.value : link.extensions.PDK.value)
  if (expired) await spend(world, ue1)
  ue1.random.next.push(fromHex(link.Nonce_1), fromHex(link.DKSI))
  world.network.whenAsked = () =>
    ue2.random.next.push(fromHex(link.Nonce_2), fromHex(link['LSB of KD-sess ID']))
  void ue1.ue.connect(ue2Id, relay)
  await world.clock.runUntil(() => ue1.sent.length > 1)
  await world.clock.advance(milliseconds(10))
  return { world, ue1, ue2 }
}

async function spend(world: World, ue1: Station): Promise<void> {
  let opened = false
  void ue1.ue.openPc8().then(() => (opened = true))
  await world.clock.runUntil(() => opened)
  await world.clock.advance(inMilliseconds(lifetimeOfKs))
  world.network.ubAnswers = false
}

const lifetimeOfKs = seconds(60)

/** B-TID and Ks of UE-1, if it has any, and what step 10 says. */
function prepare({ network, clock }: World, chain: KeyChain, link: LinkCase, pdk: string): void {
  if (chain.Ub)
    network.prepared.push({
      btid: BTid(chain.Ub['B-TID']),
      impi: Impi(chain.names.IMPI),
      rand: Rand(fromHex(chain.aka.RAND)),
      ks: Ks(fromHex(chain.aka.Ks)),
      created: clock.now(),
      expires: later(clock.now(), lifetimeOfKs),
    })
  network.ubAnswers = chain.Ub !== undefined
  network.answer = ({ transactionId }) => ({
    transactionId,
    outcome: 'key',
    pdk: Pdk(fromHex(pdk)),
    keyExpiry: later(clock.now(), hours(1)),
    ue1ProseUeIds: [],
    ...(link.step7 !== '7c' && { gpi: fromHex(chain.push.GPI.GPI) }),
  })
}

const framesOf = ({ sent }: Station) => sent.map(({ frame }) => frame)
const pdusOf = (station: Station) => framesOf(station).map((frame) => hex(decodeFrame(frame).pdu))

describe.each([...linksOf('7c'), ...linksOf('7b'), ...linksOf('7d')])(
  'chain.json, $chain.kind, $link.step7: given the same octets at random, two UEs say the same octets',
  ({ chain, link }) => {
    it.each(link.pairs)('EEA$eea, EIA$eia', async (pair) => {
      const { world, ue1, ue2 } = await replay(chain, link, pair)
      const { sduType, fields } = link.messages.userDataSeedProfile
      ue1.ue.send('L1', fromHex(Object.values(fields)[0] ?? ''), sduType === 0 ? 'ip' : 'non-ip')
      await world.clock.advance(milliseconds(10))
      expect(hex(framesOf(ue1)[0] ?? new Uint8Array())).toBe(link.request.frame)
      expect(pdusOf(ue1).slice(1)).toEqual([pair.completeSeedProfile.pdu, pair.userDataSeedProfile.pdu])
      expect(pdusOf(ue2)[0]).toBe(pair.command.pdu)
      // A relay would give an address in ACCEPT, which none does yet.
      if (link.request.fields.relayServiceCode === null) expect(pdusOf(ue2)[1]).toBe(pair.accept.pdu)
      expect(ue2.received).toHaveLength(1)
    })

    it('E1, E2, E3: REQUEST, step 4 and Command with the set 7', async () => {
      const pair = link.pairs.find(({ eea, eia }) => eea === 2 && eia === 2)
      const { extensions } = link
      const expired = link.step7 === '7b'
      const how = { extensions: extensions.set, expired }
      const { world, ue1, ue2 } = await replay(chain, link, pair ?? expect.fail(), how)
      const { 'request token': token, 'request sdu': request, 'command pdu': command } = extensions
      expect(pdusOf(ue1)[0]).toBe(`4000000000${request}`)
      const [asked] = world.network.requests
      expect(asked).toMatchObject({ extensions: 7, nonce1: fromHex(link.Nonce_1) })
      expect(asked?.requestToken && hex(asked.requestToken)).toBe(token?.value)
      expect(pdusOf(ue2)[0]).toBe(command)
      expect(ue1.ue.links()).toHaveLength(1)
    })
  },
)

describe.each([...linksOf('7b'), ...linksOf('7d')])(
  'chain.json, $chain.kind, $link.step7: SQN out of range',
  ({ chain, link }) => {
    it('B26: SECURITY MODE REJECT 9 with RAND and AUTS', async () => {
      const [pair] = link.pairs
      const highest = sqnFromHex(chain.push.resynchronisation.SQN_MS)
      const { ue1 } = await replay(chain, link, pair ?? expect.fail(), { highest })
      expect(pdusOf(ue1)[1]).toBe(chain.push.securityModeReject.pdu)
    })
  },
)

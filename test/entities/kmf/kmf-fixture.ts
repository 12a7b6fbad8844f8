import { fromHex } from '../../../src/core/bytes.ts'
import { Autn, Rand } from '../../../src/core/aka.ts'
import { BTidUnknown, type ProseError } from '../../../src/core/errors.ts'
import { bTidOf, type BTid } from '../../../src/core/identities/b-tid.ts'
import type { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Plmn } from '../../../src/core/identities/plmn.ts'
import { hexOf24, ProseUeId } from '../../../src/core/identities/prose.ts'
import { Imsi, impiOfImsi } from '../../../src/core/identities/subscriber.ts'
import { PTid } from '../../../src/core/identities/p-tid.ts'
import { Ks, KsNaf, Pdk } from '../../../src/core/keys.ts'
import { defaultNames, PlmnTable, type PlmnEntry } from '../../../src/core/plmn-table.ts'
import type { TapState } from '../../../src/core/tap.ts'
import { hours, Instant, later, milliseconds, type Seconds } from '../../../src/core/units.ts'
import { makeGpi } from '../../../src/crypto/gba-push-info.ts'
import { createKmf, defaultKmfSettings, type KmfSettings } from '../../../src/entities/kmf/kmf.ts'
import type { BsfCall, KmfPorts, NafKeyRow, Pc8Subscriber } from '../../../src/entities/kmf/ports.ts'
import {
  decisionsOf,
  memoryAuthorisationStore,
  memoryNafKeyStore,
  memoryPushedGpiStore,
} from '../../../src/io/store/memory-kmf-store.ts'
import type { ProseKeyAnswer, ProseKeyRequest } from '../../../src/reference-points/pc6/exchange.ts'
import type { ProseDirectKeyRequest } from '../../../src/reference-points/pc8/exchange.ts'
import { encodeProseDirectKeyRequest } from '../../../src/reference-points/pc8/messages.ts'
import type {
  BootstrappingInfoAnswer,
  BootstrappingInfoRequest,
  PushInfoAnswer,
  PushInfoRequest,
} from '../../../src/reference-points/zn/exchange.ts'
import type { Uss } from '../../../src/wire/user-security-settings.ts'

/** The first of a list that has one. */
export function first<Value>([value]: readonly Value[]): Value {
  if (value === undefined) throw new Error('an empty list')
  return value
}

export const plmn1 = Plmn('001-01')
export const plmn2 = Plmn('001-02')

const entry = (plmn: Plmn, first: number, last: number): PlmnEntry => {
  const { realm, bsfNames, kmfNames } = defaultNames(plmn)
  const kmfHosts = [`kmf1.${realm}` as Fqdn]
  const proseUeIds = [[ProseUeId(first), ProseUeId(last)] as const]
  return { plmn, realm, bsfNames, kmfNames, kmfHosts, proseUeIds, extensions: 0 }
}

export const entry1 = entry(plmn1, 0x000001, 0x07ffff)
export const entry2 = entry(plmn2, 0x080000, 0x0fffff)
const plmns = new PlmnTable([entry1, entry2])
export const kmfHost = (of: PlmnEntry): Fqdn => first(of.kmfHosts)
export const nafIdOfKmf = (of: PlmnEntry) => nafIdOf(first(of.kmfNames), uaIds.prose)

export const imsi1 = Imsi('001010123456789')
export const imsi2 = Imsi('001020123456780')
export const ue1ProseId = ProseUeId(0x010203)
export const ue2ProseId = ProseUeId(0x0a0b0c)
export const btidOf = (of: PlmnEntry, seed = 0x23): BTid =>
  bTidOf(Rand(new Uint8Array(16).fill(seed)), first(of.bsfNames))
export const start = Instant(Date.UTC(2027, 0, 1))
export const ksNaf = KsNaf(fromHex('a158dffc3bddf47a001e5f33f19dd07f358203e43265993f31f838f6b397df09'))

export const ussOf = (imsi: Imsi, id: ProseUeId, flags: readonly number[]): Uss => ({
  ...{ id: '1000001', type: 0, flags },
  uids: [`imsi:${imsi}`, `prose-ue-id:${hexOf24(id)}`],
})

/** UE-2 as PC8 knows it. */
export const ue2: Pc8Subscriber = {
  ...{ btid: btidOf(entry2, 0x42), key: ksNaf, expires: later(start, hours(24)), imsi: imsi2 },
  ussList: [ussOf(imsi2, ue2ProseId, [1])],
}

/** Step 4 as an honest UE-2 of 001-02 sends it for a UE-1 of 001-01. */
export const step4: ProseDirectKeyRequest = {
  transactionId: 1,
  ue1Id: { kind: 'b-tid', btid: btidOf(entry1) },
  ue2Id: ue2ProseId,
  nafId: nafIdOfKmf(entry1),
  extensions: 0,
}

/** Step 6 as an honest KMF-2 sends it. */
export const step6: ProseKeyRequest = {
  ...{ ue1Id: step4.ue1Id, ue2Id: ue2ProseId, nafId: step4.nafId, visitedPlmn: plmn2, extensions: 0 },
}

/** What the BSF of 001-01 says of UE-1. */
export const bia: BootstrappingInfoAnswer = {
  ...{
    impi: impiOfImsi(imsi1, plmn1),
    meKeyMaterial: ksNaf,
    creation: start,
    keyExpiry: later(start, hours(24)),
  },
  ussList: [ussOf(imsi1, ue1ProseId, [1])],
}

/** A GPI whose vector has this RAND. */
export const gpiOf = (rand: Rand): Uint8Array =>
  makeGpi({
    ...{ uiccMe: 'GBA_ME', rand, autn: Autn(new Uint8Array(16)), ptId: PTid(new Uint8Array(16).fill(1)) },
    ...{ nafId: step4.nafId, keyExpiry: later(start, hours(1)), impi: impiOfImsi(imsi1, plmn1) },
    ks: Ks(new Uint8Array(32).fill(7)),
  })

export const pushedRand = Rand(new Uint8Array(16).fill(0x77))
export const pushedKey = '2d29ec716a5dc5bcfd75fbbbabe87b9103eba4f3329177c3817338cc903e2c44'

/** What the BSF of 001-01 pushes to UE-1; a new key each time, as it is wiped after use. */
export const gpa = ({ impi, requestedExpiry }: PushInfoRequest): PushInfoAnswer => ({
  ...{ impi, meKeyMaterial: KsNaf(fromHex(pushedKey)), gpi: gpiOf(pushedRand), keyExpiry: requestedExpiry },
  ussList: bia.ussList,
})

export const pka: ProseKeyAnswer = {
  ...{
    pdk: Pdk(new Uint8Array(32).fill(0x4b)),
    keyExpiry: later(start, hours(1)),
    ue1ProseUeIds: [ue1ProseId],
  },
}

export interface Lab {
  readonly kmf: ReturnType<typeof createKmf>
  readonly ports: KmfPorts
  readonly reports: Omit<TapState, 'kind' | 'time' | 'node'>[]
  readonly counts: string[]
  readonly birs: BootstrappingInfoRequest[]
  readonly gprs: PushInfoRequest[]
  readonly pkrs: ProseKeyRequest[]
  /** Moves the clock. */
  readonly wait: (duration: Seconds) => void
  /** Step 4 as octets in, response out. */
  readonly ask: (
    request?: Partial<ProseDirectKeyRequest>,
    as?: Pc8Subscriber,
  ) => ReturnType<Lab['kmf']['answer']>
  /** The reason of the last refusal, as this node alone knows it. */
  readonly lastReason: () => unknown
  readonly branches: () => unknown[]
  clockStep: number
}

interface LabOptions {
  readonly plmn?: Plmn
  readonly settings?: Partial<KmfSettings>
  readonly bir?: (request: BootstrappingInfoRequest, call: BsfCall) => Promise<BootstrappingInfoAnswer>
  readonly gpr?: (request: PushInfoRequest, call: BsfCall) => Promise<PushInfoAnswer>
  readonly pkr?: (request: ProseKeyRequest) => Promise<ProseKeyAnswer>
  readonly ports?: Partial<KmfPorts>
}

/** What a refused key request was refused with. */
export const failure = (answer: Promise<unknown>): Promise<ProseError> =>
  answer.then(
    () => Promise.reject(new Error('a key was given')),
    (error: unknown) => error as ProseError,
  )

/** A KMF of 001-01 whose UE-1 may link with UEs of 001-02. */
export async function kmf1(options: LabOptions = {}): Promise<Lab> {
  const lab = labOf({ plmn: plmn1, ...options })
  await lab.ports.authorisations.grant(imsi1, plmn2)
  return lab
}

/** Step 6, as the KMF of UE-2 asks. */
export const askKmf1 = (
  lab: Lab,
  request: Partial<ProseKeyRequest> = {},
  from = kmfHost(entry2),
): Promise<ProseKeyAnswer> => lab.kmf.keyRequested(from, { ...step6, ...request })

/** What the KMF of UE-1 keeps of UE-1 when it obtained the key at the start. */
export const row: NafKeyRow = {
  ...{ btid: btidOf(entry1), imsi: imsi1, created: start, expires: later(start, hours(24)) },
  ussList: bia.ussList,
  keys: [{ nafId: nafIdOfKmf(entry1), key: ksNaf }],
}

/** A KMF of 001-02 (or of another network) with a BSF that knows UE-1 and a peer that always gives a key. */
export function labOf(options: LabOptions = {}): Lab {
  let now = start
  const reports: Lab['reports'] = []
  const counts: string[] = []
  const birs: BootstrappingInfoRequest[] = []
  const gprs: PushInfoRequest[] = []
  const pkrs: ProseKeyRequest[] = []
  const answerBir = options.bir ?? (() => Promise.resolve(bia))
  const answerGpr = options.gpr ?? ((request: PushInfoRequest) => Promise.resolve(gpa(request)))
  const answerPkr = options.pkr ?? (() => Promise.resolve(pka))
  const { keys = memoryNafKeyStore(), authorisations = memoryAuthorisationStore() } = options.ports ?? {}
  const ports: KmfPorts = {
    ...{ plmns, keys, authorisations, decisions: decisionsOf(keys, authorisations) },
    pushedGpis: memoryPushedGpiStore(),
    zn: {
      async bootstrappingInfo(request, call) {
        birs.push(request)
        const answer = await answerBir(request, call)
        return { ...answer, meKeyMaterial: KsNaf(answer.meKeyMaterial) } // the KMF wipes what it got
      },
    },
    zpn: { pushInfo: (request, call) => (gprs.push(request), answerGpr(request, call)) },
    pc6: {
      async requestKey(_home, request) {
        pkrs.push(request)
        const answer = await answerPkr(request)
        return { ...answer, pdk: Pdk(answer.pdk) }
      },
    },
    ...{ clock: { now: () => now }, random: { octets: (count) => new Uint8Array(count).fill(1) } },
    wallClockStep: () => milliseconds(lab.clockStep),
    report: (state) => void reports.push(state),
    count: (counter) => void counts.push(counter),
    ...options.ports,
  }
  const settings = { ...defaultKmfSettings, plmn: options.plmn ?? plmn2, ...options.settings }
  const kmf = createKmf(ports, settings)
  const lab: Lab = {
    ...{ kmf, ports, reports, counts, birs, gprs, pkrs, clockStep: 0 },
    wait: (duration) => (now = later(now, duration)),
    ask: (request = {}, as = ue2) => kmf.answer(encodeProseDirectKeyRequest({ ...step4, ...request }), as),
    lastReason: () => reports.filter((report) => report.what === 'refused').at(-1)?.fields['reason'],
    branches: () =>
      reports.filter((report) => report.what === 'branch').map((report) => report.fields['branch']),
  }
  return lab
}

export const unknownBTid = () => Promise.reject(new BTidUnknown('the BSF holds no such B-TID'))

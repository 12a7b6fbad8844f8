import { Amf, Sqn } from '../../src/core/aka.ts'
import { fromHex, writeUint } from '../../src/core/bytes.ts'
import type { Random } from '../../src/core/environment.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { Plmn } from '../../src/core/identities/plmn.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { impiOfImsi, Imsi } from '../../src/core/identities/subscriber.ts'
import { K, Opc, type AkaSecrets } from '../../src/core/keys.ts'
import { seqOf, sqnOf } from '../../src/core/sequence-number.ts'
import type { Fields } from '../../src/core/tap.ts'
import { hours, Instant } from '../../src/core/units.ts'
import { Bootstrapping, type BootstrappingConfig } from '../../src/entities/bsf/bootstrapping.ts'
import type { BsfPorts, ZhPort } from '../../src/entities/bsf/ports.ts'
import { multimediaAuth } from '../../src/entities/hss/multimedia-auth.ts'
import type { HssPorts, Subscriber } from '../../src/entities/hss/ports.ts'
import { gbaOver, type GbaPorts } from '../../src/entities/ue/gba/bootstrap.ts'
import type { SoftUsim } from '../../src/entities/ue/usim/soft-usim.ts'
import { memoryBootstrapStore } from '../../src/io/store/memory-bsf-store.ts'
import { memorySubscriberStore } from '../../src/io/store/memory-hss-store.ts'
import type { UbConnection, UbRequest, UbResponse } from '../../src/reference-points/ub/exchange.ts'
import type { ChainCase } from './chain.ts'

/** Counts upwards: never the same octets twice, every run the same. */
export function countingRandom(first = 1): Random {
  let drawn = first
  return {
    octets: (count) => {
      const octets = new Uint8Array(count).fill(0x5a)
      octets.set(writeUint(drawn++, 4), count - 4)
      return octets
    },
  }
}

/** Gives these octets one after the other. */
export function scriptedRandom(...script: readonly string[]): Random {
  const rest = [...script]
  return {
    octets: (count) => {
      const octets = fromHex(rest.shift() ?? '')
      if (octets.length !== count)
        throw new Error(`${count} octets were drawn, ${octets.length} are scripted`)
      return octets
    },
  }
}

export const aSubscriber: Subscriber = {
  imsi: Imsi('001010123456789'),
  impi: impiOfImsi(Imsi('001010123456789'), Plmn('001-01')),
  aka: {
    algorithm: 'MILENAGE',
    k: K(fromHex('465b5ce8b199b49faa5f0a2ee238a6bc')),
    opc: Opc(fromHex('cd63cb71954a9f4e48a5994e37a02baf')),
  } satisfies AkaSecrets,
  amf: Amf(fromHex('0000')),
  gba: 'GBA_ME',
  prose: { ueIds: [ProseUeId(0x010203)], permissions: ['one-to-one'], publicSafety: false },
}

/** The subscriber of a case, and what its HSS had used before. */
export function subscriberOf(chain: ChainCase): Subscriber {
  const { inputs } = chain
  const imsi = Imsi(inputs.IMSI)
  const flags = JSON.stringify(chain.diameter['MAA']?.avps)
  const words = { 'one-to-one': 1, relay: 2, 'remote-ue': 3 } as const
  return {
    imsi,
    impi: impiOfImsi(imsi, Plmn(`${inputs.MCC}-${inputs.MNC}`)),
    aka: { algorithm: 'MILENAGE', k: K(fromHex(inputs.K)), opc: Opc(fromHex(inputs.OPc)) },
    amf: Amf(fromHex(inputs.AMF)),
    gba: inputs.uicc === 'GBA_U' ? 'GBA_U' : 'GBA_ME',
    ksLifetime: hours(24),
    prose: {
      ueIds: [ProseUeId(Number.parseInt(inputs['UE-1 ProSe UE ID'], 16))],
      permissions: (['one-to-one', 'relay', 'remote-ue'] as const).filter((word) =>
        flags.includes(`<flag>${words[word]}</flag>`),
      ),
      publicSafety: flags.includes('<flag>4</flag>'),
    },
  }
}

export const sqnFromHex = (text: string): Sqn => Sqn(Number.parseInt(text, 16))
/** An SQN after which the next one of the HSS is `sqn`. */
export const sqnBefore = (sqn: Sqn): Sqn => sqnOf(seqOf(sqn) - 1, 0)

export const bsfName = Fqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org')
export const bTidDomain = Fqdn('bsf.ims.mnc001.mcc001.pub.3gppnetwork.org')
export const client = '127.0.0.1'

export interface Options {
  readonly now?: Instant
  readonly config?: Partial<BootstrappingConfig>
  readonly hssRandom?: Random
  readonly bsfRandom?: Random
  readonly ueRandom?: Random
  /** Whether UEs can use a TMPI; they can when absent. */
  readonly tmpi?: boolean
}

interface Reported {
  readonly node: string
  readonly what: string
  readonly fields: Fields
  readonly keys?: Readonly<Record<string, string>>
}

/** An HSS and a BSF over function calls, and as many UEs as wanted, under one clock that stands still. */
export function gbaNetwork(options: Options = {}) {
  const clock = { time: options.now ?? Instant(Date.UTC(2030, 0, 1)), now: () => clock.time }
  const reports: Reported[] = []
  const counters = new Map<string, number>()
  const observe = (node: string) => ({
    report: (state: Omit<Reported, 'node'>) => void reports.push({ node, ...state }),
    count: (counter: string) => void counters.set(counter, (counters.get(counter) ?? 0) + 1),
  })
  const subscribers = memorySubscriberStore()
  const hssPorts: HssPorts = {
    ...{ subscribers, clock, random: options.hssRandom ?? countingRandom(0x1000) },
    ...observe('hss'),
  }
  const zh: ZhPort = {
    authenticate: (request, context) => multimediaAuth(request, hssPorts, context),
  }
  const bsfPorts = {
    ...{ bootstraps: memoryBootstrapStore(), zh, clock, random: options.bsfRandom ?? countingRandom() },
    ...observe('bsf'),
  } satisfies BsfPorts
  const config: BootstrappingConfig = {
    ...{ names: [bsfName], bTidDomain, ksLifetime: hours(24), challengesPerMinute: 30, maxChallenges: 100 },
    tmpi: true,
    ...options.config,
  }
  const bsf = new Bootstrapping(config, bsfPorts)
  const timers = { after: () => () => undefined }
  const ue = (usim: SoftUsim, connect: () => UbConnection = () => bsf.connect(client)) => {
    const ports: GbaPorts = {
      ...{ usim, connect, clock, timers, random: options.ueRandom ?? countingRandom(0x2000) },
      tmpi: options.tmpi ?? true,
      ...observe('ue'),
    }
    return gbaOver(config.names[0] ?? bsfName, ports)
  }
  return { clock, subscribers, hssPorts, bsfPorts, config, bsf, ue, reports, counters }
}

export type GbaNetwork = ReturnType<typeof gbaNetwork>

/** The connection, with what went over it. */
export function recorded(connection: UbConnection) {
  const requests: UbRequest[] = []
  const responses: UbResponse[] = []
  const exchange = async (request: UbRequest, context?: string) => {
    requests.push(request)
    const response = await connection.exchange(request, context)
    responses.push(response)
    return response
  }
  return { requests, responses, exchange, close: () => connection.close() }
}

/** The first request of a run. */
export const firstRequest = (username: string, realm: string = bsfName): UbRequest =>
  request([
    ['Authorization', `Digest username="${username}", realm="${realm}", nonce="", uri="/", response=""`],
  ])

export const request = (fields: UbRequest['fields'], host: string = bsfName): UbRequest => ({
  method: 'GET',
  target: '/',
  fields: [['Host', host], ...fields],
  body: new Uint8Array(),
})

import { createServer, type AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { u32, utf8 } from '../../src/core/bytes.ts'
import type { Fqdn } from '../../src/core/identities/fqdn.ts'
import type { Impi } from '../../src/core/identities/subscriber.ts'
import { Connection } from '../../src/io/diameter/connection.ts'
import { encodeAvp } from '../../src/wire/diameter/avp.ts'
import { encodeMessage } from '../../src/wire/diameter/header.ts'
import { decodeMessage, type DiameterMessage } from '../../src/wire/diameter/message.ts'
import type { PlmnConfig } from '../../src/nodes/config/network-config.ts'
import { avp } from '../io/diameter/raw-peer.ts'

const vendor3gpp = 10415
const znApplication = 16777220
const commands = { capabilities: 257, bootstrappingInfo: 310 } as const

/** An AVP of a vendor that nobody here has heard of; optional, as its M bit says. */
const unheardOf = () => encodeAvp({ code: 4711, vendorId: 99999, mandatory: false }, utf8('of others'))

/** Seconds since 1900. */
const time = (unix: number) => u32((Math.floor(unix / 1000) + 2_208_988_800) % 2 ** 32)

const applicationAvp = (application: number) =>
  avp(260, 0, Uint8Array.of(...avp(266, 0, u32(vendor3gpp)), ...avp(258, 0, u32(application))))

const originOf = (host: Fqdn, realm: Fqdn) => [avp(264, 0, host), avp(296, 0, realm)]

export interface ForeignBsfAnswer {
  readonly impi?: Impi
  /** The document of GBA-UserSecSettings. */
  readonly settings?: string
}

/** What it says of a B-TID: what TS 29.109 5.2 and TS 33.220 4.5.3 oblige it to, in an order of its own. */
const biaOf = ({ impi, settings }: ForeignBsfAnswer) => [
  avp(408, vendor3gpp, time(Date.now())),
  unheardOf(),
  avp(404, vendor3gpp, time(Date.now() + 3_600_000)),
  ...(settings === undefined ? [] : [avp(400, vendor3gpp, settings)]),
  ...(impi === undefined ? [] : [avp(1, 0, impi)]),
  avp(405, vendor3gpp, new Uint8Array(32).fill(0x5a)),
]

function answerTo({ header, avps }: DiameterMessage, plmn: PlmnConfig, said: ForeignBsfAnswer) {
  const origin = originOf(plmn.bsf.diameter.originHost, plmn.realm)
  const success = avp(268, 0, u32(2001))
  const session = avps.filter(({ code }) => code === 263).map(({ data }) => avp(263, 0, data))
  const body =
    header.commandCode === commands.capabilities
      ? [
          ...[success, ...origin, avp(257, 0, Uint8Array.of(0, 1, 127, 0, 0, 1)), avp(266, 0, u32(4711))],
          ...[avp(269, 0, 'of others'), avp(265, 0, u32(vendor3gpp)), applicationAvp(znApplication)],
        ]
      : [...session, ...biaOf(said), applicationAvp(znApplication), ...origin, success]
  return encodeMessage({ ...header, request: false }, ...body)
}

/**
 * A BSF that shares no code with ours but the reading of octets: it answers every B-TID alike, and keeps what it was asked.
 * Plain TCP.
 */
export async function foreignBsf(plmn: PlmnConfig, said: ForeignBsfAnswer) {
  const asked: DiameterMessage[] = []
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy())
    new Connection(socket, {
      message: (octets) => {
        const message = decodeMessage(octets)
        if (!message.header.request) return
        if (message.header.commandCode === commands.bootstrappingInfo) asked.push(message)
        socket.write(answerTo(message, plmn, said))
      },
      broken: (error) => {
        throw error
      },
      closed: () => undefined,
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { asked, address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } }
}

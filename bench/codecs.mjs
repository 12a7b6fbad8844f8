// Decoding and encoding of whole messages with their values, beside JSON of the same values in the same engine.
import { readFileSync } from 'node:fs'
import { bootstrappingInfoCommand } from '../dist/reference-points/zn/command.js'
import { proseKeyCommand } from '../dist/reference-points/pc6/command.js'
import { decodeSdu, encodeSdu } from '../dist/reference-points/pc5/messages.js'
import { deviceWatchdog } from '../dist/wire/diameter/base.js'
import { decodeRows, encodeRows } from '../dist/wire/diameter/grammar.js'
import { encodeMessage } from '../dist/wire/diameter/header.js'
import { decodeMessage } from '../dist/wire/diameter/message.js'
import { callsPerProcessorSecond } from './processor-time.mjs'
import { median, ratioOf } from './statistics.mjs'
import { turnByTurn } from './turns.mjs'

const efforts = { full: { rounds: 7, milliseconds: 80 }, smoke: { rounds: 1, milliseconds: 1 } }

/** Messages of one link, as hex: example subscribers, keys that nobody uses. */
const file = new URL('messages.json', import.meta.url)
const octetsOf = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(file, 'utf8'))).map(([name, hex]) => [
    name,
    new Uint8Array(Buffer.from(hex, 'hex')),
  ]),
)

const watchdogHeader = {
  ...{ request: true, proxiable: false, error: false, retransmitted: false },
  ...{ commandCode: deviceWatchdog.code, applicationId: 0, hopByHop: 1, endToEnd: 2 },
}
const watchdog = encodeMessage(
  watchdogHeader,
  encodeRows(deviceWatchdog.request, {
    'Origin-Host': 'bsf.mnc001.mcc001.3gppnetwork.org',
    'Origin-Realm': 'mnc001.mcc001.3gppnetwork.org',
    'Origin-State-Id': 1,
  }),
)

function diameter(octets, rows) {
  const { header } = decodeMessage(octets)
  return {
    octets,
    decode: () => decodeRows(rows, decodeMessage(octets).avps),
    encode: (values) => encodeMessage(header, encodeRows(rows, values)),
  }
}

const command = encodeSdu({
  type: 'directSecurityModeCommand',
  sequenceNumber: 1,
  ueSecurityCapabilities: decodeSdu(octetsOf.REQUEST).ueSecurityCapabilities,
  nonce2: new Uint8Array(16).fill(2),
  chosenAlgorithms: { eea: 2, eia: 2 },
  lsbOfKdSessId: 0xdb,
  ue2Id: 0x9ddf31,
  dksi: 0x86,
})

const signalling = (octets) => ({ octets, decode: () => decodeSdu(octets), encode: encodeSdu })

const cases = {
  DWR: diameter(watchdog, deviceWatchdog.request),
  BIR: diameter(octetsOf.BIR, bootstrappingInfoCommand.request),
  BIA: diameter(octetsOf.BIA, bootstrappingInfoCommand.answer),
  PKR: diameter(octetsOf.PKR, proseKeyCommand.request),
  PKA: diameter(octetsOf.PKA, proseKeyCommand.answer),
  DIRECT_COMMUNICATION_REQUEST: signalling(octetsOf.REQUEST),
  DIRECT_SECURITY_MODE_COMMAND: signalling(command),
}

const asText = (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)
const nanoseconds = (rates) => Math.round(1e9 / median(rates))

async function compared(what, ours, bare, octets, { rounds, milliseconds }) {
  const sides = {
    ours: () => callsPerProcessorSecond(ours, milliseconds),
    bare: () => callsPerProcessorSecond(bare, milliseconds),
  }
  const results = await turnByTurn(sides, rounds)
  const times = {
    octets: octets.length,
    'ours/ns': nanoseconds(results.ours),
    'JSON/ns': nanoseconds(results.bare),
  }
  return { ...ratioOf(results.ours, results.bare), what, to: 'JSON of the same values', ...times }
}

/** What decoding and encoding of a message costs. */
export async function codecs({ smoke, progress }) {
  const effort = smoke ? efforts.smoke : efforts.full
  const rows = []
  for (const [name, { octets, decode, encode }] of Object.entries(cases)) {
    progress(name)
    const values = decode()
    if (Buffer.compare(encode(values), octets) !== 0)
      throw new Error(`${name} is not encoded as it was decoded`)
    const text = JSON.stringify(values, asText)
    const plain = JSON.parse(text)
    rows.push(await compared(`decode ${name}`, decode, () => JSON.parse(text), octets, effort))
    rows.push(
      await compared(
        `encode ${name}`,
        () => encode(values),
        () => JSON.stringify(plain),
        octets,
        effort,
      ),
    )
  }
  return rows
}

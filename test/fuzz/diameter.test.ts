import { describe as suite, expect, it } from 'vitest'
import { concat, hex, u32 } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { encodeAvp, type AvpDefinition } from '../../src/wire/diameter/avp.ts'
import { gppAvps } from '../../src/wire/diameter/avps-3gpp.ts'
import { baseAvps } from '../../src/wire/diameter/avps-base.ts'
import { baseCommands } from '../../src/wire/diameter/base.ts'
import { resultOf } from '../../src/wire/diameter/command.ts'
import { describe } from '../../src/wire/diameter/describe.ts'
import { decodeRows, encodeRows } from '../../src/wire/diameter/grammar.ts'
import { encodeMessage } from '../../src/wire/diameter/header.ts'
import { maskAvps } from '../../src/wire/diameter/mask.ts'
import { decodeMessage } from '../../src/wire/diameter/message.ts'
import { RefusedWithResult } from '../../src/wire/diameter/result.ts'
import { multimediaAuth } from '../../src/reference-points/zh/multimedia-auth.ts'
import { bootstrappingInfo } from '../../src/reference-points/zn/bootstrapping-info.ts'
import { pushInfo } from '../../src/reference-points/zn/push-info.ts'
import { proseKey } from '../../src/reference-points/pc6/key-request.ts'
import { chainMessages } from '../wire/diameter/chain-messages.ts'

const runs = 10_000
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const commands = [
  ...baseCommands,
  multimediaAuth.command,
  bootstrappingInfo.command,
  proseKey.command,
  pushInfo.command,
]
const exchanges = [multimediaAuth, bootstrappingInfo, proseKey, pushInfo]
const definitions: readonly AvpDefinition<string, unknown>[] = [...baseAvps, ...gppAvps]

/** mulberry32. */
function dice(start: number) {
  let state = start
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
  return {
    below,
    octets: (length: number) => Uint8Array.from({ length }, () => below(256)),
    pick: <Value>(from: readonly Value[]): Value => from[below(from.length)] as Value,
  }
}
type Dice = ReturnType<typeof dice>

/** An AVP of a table, its data of its type's length or nearly, groups filled with AVPs. */
function anyAvp(roll: Dice, depth = 0): Uint8Array {
  const definition = roll.pick(definitions)
  const length = Math.max(0, definition.type.shortest + (roll.below(4) === 0 ? roll.below(40) - 4 : 0))
  const grouped = definition.type.grouped && depth < 10
  const inner = Array.from({ length: grouped ? roll.below(4) : 0 }, () => anyAvp(roll, depth + 1))
  const data = grouped ? concat(...inner) : roll.octets(length)
  const known = roll.below(20) > 0
  return encodeAvp(known ? definition : { ...definition, code: roll.below(9000) }, data)
}

function fromTables(roll: Dice): Uint8Array {
  const { code, applicationId } = roll.pick(commands)
  return encodeMessage(
    {
      request: roll.below(2) === 0,
      proxiable: true,
      error: false,
      retransmitted: false,
      commandCode: code,
      applicationId,
      hopByHop: roll.below(2 ** 31),
      endToEnd: roll.below(2 ** 31),
    },
    ...Array.from({ length: roll.below(12) }, () => anyAvp(roll)),
  )
}

/** A real message with some octets changed, cut out or put in, its length mostly made right again. */
function fromVector(roll: Dice): Uint8Array {
  let octets: Uint8Array = Uint8Array.from(roll.pick(chainMessages).octets)
  for (let change = roll.below(4); change >= 0; change--) {
    const at = roll.below(octets.length)
    const kind = roll.below(4)
    if (kind < 2) octets[at] = roll.pick([0, 1, 0x7f, 0x80, 0xff, roll.below(256)])
    else if (kind === 2) octets = concat(octets.subarray(0, at), octets.subarray(at + 4 * roll.below(4)))
    else octets = concat(octets.subarray(0, at), roll.octets(4 * roll.below(4)), octets.subarray(at))
  }
  if (roll.below(8) > 0 && octets.length >= 4) octets.set(u32(octets.length).subarray(1), 1)
  return octets
}

/** Everything that a node does with octets; throws only MalformedMessage or RefusedWithResult. */
function readAll(octets: Uint8Array): void {
  const message = decodeMessage(octets)
  describe(message)
  expect(maskAvps(message).bytes).toHaveLength(octets.length)
  const { commandCode, applicationId, request } = message.header
  if (!request) resultOf(message.avps)
  const command = commands.find((one) => one.code === commandCode && one.applicationId === applicationId)
  if (!command) return
  const rows = request ? command.request : command.answer
  const values = decodeRows(rows, message.avps)
  const again = decodeMessage(encodeMessage(message.header, encodeRows(rows, values)))
  expect(decodeRows(rows, again.avps)).toEqual(values)
  if (request) exchanges.find((one) => one.command === command)?.decodeRequest(message.avps)
}

/** `value` when it was one, else the code of the result, or `malformed` for a document in an AVP. */
function outcomeOf(octets: Uint8Array): string {
  try {
    readAll(octets)
    return 'value'
  } catch (error) {
    if (error instanceof RefusedWithResult) return String(error.result.code)
    if (!(error instanceof MalformedMessage)) throw error
    return 'resultCode' in error ? String(error.resultCode) : 'malformed'
  }
}

suite('R40: the Diameter decoder gives a value or its typed error', () => {
  it.each([
    ['octets', (roll: Dice) => roll.octets(roll.below(200))],
    ['messages of the tables', fromTables],
    ['changed messages of the chain', fromVector],
  ] as const)(`of any %s (seed ${seed})`, (_, generate) => {
    const roll = dice(seed)
    const outcomes = new Map<string, number>()
    for (let run = 0; run < runs; run++) {
      const octets = generate(roll)
      try {
        const outcome = outcomeOf(octets)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      } catch (error) {
        throw new Error(`run ${run} of seed ${seed}: ${hex(octets)}`, { cause: error })
      }
    }
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(runs)
    if (generate === fromVector) {
      for (const outcome of ['value', '5001', '5004', '5005', '5014', '5015'])
        expect(outcomes.get(outcome)).toBeGreaterThan(0)
    }
  })
})

suite('R40: time is linear and depth is bounded', () => {
  const header = {
    request: true,
    proxiable: true,
    error: false,
    retransmitted: false,
    commandCode: 310,
    applicationId: 16777220,
    hopByHop: 1,
    endToEnd: 1,
  }

  it('B60: 8 000 empty AVPs are read and passed over; the second Origin-Host of 5 000 is refused', () => {
    const empty = encodeAvp({ code: 9999, vendorId: 0, mandatory: false }, new Uint8Array(0))
    const many = decodeMessage(encodeMessage(header, ...Array<Uint8Array>(8000).fill(empty)))
    expect(many.avps).toHaveLength(8000)
    const host = encodeAvp({ code: 264, vendorId: 0, mandatory: true }, new Uint8Array(0))
    const hosts = decodeMessage(encodeMessage(header, ...Array<Uint8Array>(5000).fill(host)))
    expect(() => decodeRows(bootstrappingInfo.command.request, hosts.avps)).toThrow('more than once')
  })

  it('B60: 100 000 empty AVPs are more than a message may have', () => {
    const octets = new Uint8Array(20 + 800_000)
    octets.set(encodeMessage(header))
    octets.set(u32(octets.length).subarray(1), 1)
    expect(outcomeOf(octets)).toBe('5015')
  })

  it.each([9, 1000])('B61: groups %i deep: 5014', (depth) => {
    let group: Uint8Array = new Uint8Array(0)
    for (let at = 0; at < depth; at++) group = encodeAvp({ code: 279, vendorId: 0, mandatory: true }, group)
    expect(outcomeOf(encodeMessage(header, group))).toBe('5014')
  })
})

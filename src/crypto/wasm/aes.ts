import { clear, i32, repeat, type Code, type Local, type Locals, type WasmFunction } from './assembler.ts'
import { memoryMap } from './memory-map.ts'
import { byteSwapped, lookup } from './words.ts'

const { s1 } = memoryMap
const roundKeySize = 16
/** Octets of the round keys of AES-128. */
export const roundKeysSize = 11 * roundKeySize

/**
 * S1 of SNOW 3G is a round of AES: the tables give, of each octet of a column whose first octet is the least significant, what
 * SubBytes and MixColumns make of it; those of the most significant octet come first. TS 35.216 3.3.
 */
const mixed = (octet: number, column: Local): Code => lookup(s1 + 1024 * (3 - octet), column.get, octet)

/** SubBytes alone, in its place: the least significant octet of the first table. */
function substituted(octet: number, column: Local): Code {
  const offset = octet === 0 ? i32.shl(column.get, 2) : i32.shrU(column.get, 8 * octet - 2)
  return i32.shl(i32.load8U(i32.and(offset, i32.const(0x3fc)), s1), 8 * octet)
}

type State = readonly [Local, Local, Local, Local]

/** Enciphers the four columns of `state`; `roundKey` is the address of the round keys and changes. FIPS 197 5.1. */
function enciphered(locals: Locals, state: State, roundKey: Local): Code {
  const columns = state.map((column) => ({ column, next: locals.i32() }))
  const rounds = locals.i32()
  const ofRoundKey = (at: number) => i32.load(roundKey.get, 4 * at)
  const round = (of: (octet: number, column: Local) => Code): Code => [
    columns.map(({ next }, at) => {
      // ShiftRows: octet n of a column comes from the n-th column after it.
      const from = [...state.slice(at), ...state.slice(0, at)]
      return next.set(i32.xor(ofRoundKey(at), ...from.map((column, octet) => of(octet, column))))
    }),
    columns.map(({ column, next }) => column.set(next.get)),
    roundKey.advance(roundKeySize),
  ]
  return [
    state.map((column, at) => column.set(i32.xor(column.get, ofRoundKey(at)))),
    roundKey.advance(roundKeySize),
    [rounds.set(i32.const(9)), repeat(rounds, round(mixed))],
    round(substituted),
  ]
}

const stateIn = (locals: Locals): State => [locals.i32(), locals.i32(), locals.i32(), locals.i32()]

/** Message, round keys, COUNT, what follows it in the counter block, blocks: at least one. TS 33.401 B.1.3. */
export const eea2: WasmFunction = {
  name: 'eea2',
  parameters: 5,
  hasResult: false,
  body(locals) {
    const [message, keys, count] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)]
    const [second, blocks] = [locals.parameter(3), locals.parameter(4)]
    const [counter, roundKey] = [locals.i32(), locals.i32()]
    const state = stateIn(locals)
    return [
      repeat(
        blocks,
        [state[0].set(byteSwapped(count.get)), state[1].set(byteSwapped(second.get))],
        [state[2].set(i32.const(0)), state[3].set(byteSwapped(counter.get))],
        roundKey.set(keys.get),
        enciphered(locals, state, roundKey),
        state.map((column, at) => {
          return i32.store(message.get, i32.xor(i32.load(message.get, 4 * at), column.get), 4 * at)
        }),
        [message.advance(16), counter.advance(1)],
      ),
      clear(keys.get, i32.const(roundKeysSize)),
    ]
  },
}

/** Message, round keys, blocks: the last block of CBC with an IV of zeros takes the place of the first of the message. */
export const cbcMac: WasmFunction = {
  name: 'cbcMac',
  parameters: 3,
  hasResult: false,
  body(locals) {
    const [message, keys, blocks] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)]
    const [at, roundKey] = [locals.i32(), locals.i32()]
    const state = stateIn(locals)
    return [
      at.set(message.get),
      repeat(
        blocks,
        state.map((column, index) => column.set(i32.xor(column.get, i32.load(at.get, 4 * index)))),
        roundKey.set(keys.get),
        enciphered(locals, state, roundKey),
        at.advance(16),
      ),
      state.map((column, index) => i32.store(message.get, column.get, 4 * index)),
      clear(keys.get, i32.const(roundKeysSize)),
    ]
  },
}

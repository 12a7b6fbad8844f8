/**
 * WebAssembly, instruction by instruction: just what the algorithms need. Instructions have the names of the text format, and
 * take what they work on as arguments. WebAssembly Core Specification 2.0, 5.
 */

/** An octet, or several. */
type Part = number | Code
/** Octets of instructions, in parts. An expression leaves one value on the stack, a statement none. */
export type Code = readonly Part[]

function append(code: Code, octets: number[]): number[] {
  for (const part of code)
    if (typeof part === 'number') octets.push(part)
    else append(part, octets)
  return octets
}

function unsigned(value: number): Part {
  return value < 0x80 ? value : [(value & 0x7f) | 0x80, unsigned(value >>> 7)]
}

function signed(value: bigint): Part {
  const octet = Number(value & 0x7fn)
  return value >= -0x40n && value < 0x40n ? octet : [octet | 0x80, signed(value >> 7n)]
}

function sized(content: Code): Code {
  const octets = append(content, [])
  return [unsigned(octets.length), octets]
}

const listed = (items: readonly Part[]): Code => [unsigned(items.length), items]

/** An operator of two or more: from the left to the right. */
const binary =
  (opcode: Part) =>
  (first: Code, ...others: readonly Code[]): Code => [first, others.map((other) => [other, opcode])]
const unary =
  (opcode: Part) =>
  (value: Code): Code => [value, opcode]
/** By a constant number of bits, below 64. */
const shift =
  (constant: number, opcode: Part) =>
  (value: Code, bits: number): Code => [value, constant, bits, opcode]
/** `offset` is a constant number of octets after `address`. */
const load =
  (opcode: Part) =>
  (address: Code, offset = 0): Code => [address, opcode, 0, unsigned(offset)]
const store =
  (opcode: Part) =>
  (address: Code, value: Code, offset = 0): Code => [address, value, opcode, 0, unsigned(offset)]

export const i32 = {
  const: (value: number): Code => [0x41, signed(BigInt(value | 0))],
  add: binary(0x6a),
  sub: binary(0x6b),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: shift(0x41, 0x74),
  shrU: shift(0x41, 0x76),
  rotl: shift(0x41, 0x77),
  load: load(0x28),
  load8U: load(0x2d),
  store: store(0x36),
  wrap: unary(0xa7),
} as const

export const i64 = {
  const: (value: bigint): Code => [0x42, signed(BigInt.asIntN(64, value))],
  add: binary(0x7c),
  mul: binary(0x7e),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: shift(0x42, 0x86),
  shrS: shift(0x42, 0x87),
  shrU: shift(0x42, 0x88),
  rotl: shift(0x42, 0x89),
  load: load(0x29),
  load32U: load(0x35),
  store: store(0x37),
  store32: store(0x3e),
  extendU: unary(0xad),
} as const

const vector = (opcode: number): Code => [0xfd, unsigned(opcode)]

export const v128 = {
  zero: [vector(0x0c), Array.from({ length: 16 }, () => 0)],
  load: load(vector(0x00)),
  store: store(vector(0x0b)),
  /** Loads one of the four words of `others`, of which the first is 0. */
  load32Lane: (address: Code, others: Code, word: number, offset = 0): Code => [
    [address, others],
    [vector(0x56), 0, unsigned(offset), word],
  ],
  or: binary(vector(0x50)),
  xor: binary(vector(0x51)),
} as const

/** Vectors of four words. */
export const i32x4 = {
  shl: shift(0x41, vector(0xab)),
  shrU: shift(0x41, vector(0xad)),
} as const

/** Vectors of sixteen octets. */
export const i8x16 = {
  /** Octets of `first` and, counted from 16 on, of `second`. */
  shuffle: (first: Code, second: Code, octets: readonly number[]): Code => [
    [first, second],
    [vector(0x0d), octets],
  ],
} as const

/** Runs `body` as often as `count` says, at least once; `count` is zero then. */
export const repeat = (count: Local, ...body: readonly Code[]): Code => [
  [0x03, 0x40],
  body,
  [count.set(i32.sub(count.get, i32.const(1))), count.get],
  [0x0d, 0, 0x0b],
]

/** Zeros in `size` octets. */
export const clear = (address: Code, size: Code): Code => [address, i32.const(0), size, [0xfc, 0x0b, 0]]

type ValueType = 'i32' | 'i64' | 'v128'
const valueTypes = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const

export class Local {
  readonly get: Code
  readonly #index: Part

  constructor(index: number) {
    this.#index = unsigned(index)
    this.get = [0x20, this.#index]
  }

  set(value: Code): Code {
    return [value, 0x21, this.#index]
  }

  /** Of an i32. */
  advance(by: number): Code {
    return this.set(i32.add(this.get, i32.const(by)))
  }
}

/** The parameters of a function, all i32, and the locals it asks for. */
export class Locals {
  readonly #parameters: number
  readonly #types: ValueType[] = []

  constructor(parameters: number) {
    this.#parameters = parameters
  }

  parameter(index: number): Local {
    return new Local(index)
  }

  i32(): Local {
    return this.#local('i32')
  }

  i64(): Local {
    return this.#local('i64')
  }

  v128(): Local {
    return this.#local('v128')
  }

  get declared(): Code {
    return listed(this.#types.map((type) => [1, valueTypes[type]]))
  }

  #local(type: ValueType): Local {
    return new Local(this.#parameters + this.#types.push(type) - 1)
  }
}

export interface WasmFunction {
  readonly name: string
  /** All are i32. */
  readonly parameters: number
  /** One i32 or none. */
  readonly hasResult: boolean
  readonly body: (locals: Locals) => Code
}

const section = (id: number, content: Code): Code => [id, sized(content)]
const nameOf = (text: string): Code => sized(Array.from(text, (letter) => letter.charCodeAt(0)))

/** The octets of a module that exports `functions`, and its memory of so many pages of 64 KiB as `memory`. */
export function assembled(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, hasResult }) => [
    0x60,
    sized(Array.from({ length: parameters }, () => valueTypes.i32)),
    sized(hasResult ? [valueTypes.i32] : []),
  ])
  const exported = functions.map(({ name }, index) => [nameOf(name), 0, unsigned(index)])
  const bodies = functions.map(({ parameters, body }) => {
    const locals = new Locals(parameters)
    const code = body(locals)
    return sized([locals.declared, code, 0x0b])
  })
  const module: Code = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, listed(types)),
    section(3, listed(functions.map((_, index) => unsigned(index)))),
    section(5, [1, 0, unsigned(pages)]),
    section(7, listed([...exported, [nameOf('memory'), 2, 0]])),
    section(10, listed(bodies)),
  ]
  return Uint8Array.from(append(module, []))
}

/** Multiplication by x in GF(2^8) modulo x^8 + `reduction`. TS 35.216 3. */
const mulx = (value: number, reduction: number): number =>
  (value & 0x80 ? (value << 1) ^ reduction : value << 1) & 0xff

/** Multiplication by x^exponent. TS 35.216 3. */
function mulxPow(value: number, exponent: number, reduction: number): number {
  let result = value
  for (let step = 0; step < exponent; step++) result = mulx(result, reduction)
  return result
}

function product(a: number, b: number, reduction: number): number {
  let sum = 0
  for (let bit = 0; bit < 8; bit++) if ((b >>> bit) & 1) sum ^= mulxPow(a, bit, reduction)
  return sum
}

function power(base: number, exponent: number, reduction: number): number {
  let result = 1
  for (let step = 0; step < exponent; step++) result = product(result, base, reduction)
  return result
}

/** S_R, the S-box of AES: the inverse, then an affine map. TS 35.216 3. */
function rijndaelBox(input: number): number {
  const inverse = power(input, 254, 0x1b)
  const rotated = (bits: number) => (inverse << bits) | (inverse >>> (8 - bits))
  return ((inverse ^ rotated(1) ^ rotated(2) ^ rotated(3) ^ rotated(4)) & 0xff) ^ 0x63
}

/** S_Q, from a Dickson polynomial. TS 35.216 3. */
const dicksonBox = (input: number): number =>
  [1, 9, 13, 15, 33, 41, 45, 47, 49].reduce((sum, exponent) => sum ^ power(input, exponent, 0x69), 0x25)

const word = (a: number, b: number, c: number, d: number): number => (a << 24) | (b << 16) | (c << 8) | d

/** Four tables of 256 words: what each octet of the input, the most significant first, adds to S1 or S2. */
function substitution(box: (input: number) => number, reduction: number): Int32Array {
  const table = new Int32Array(1024)
  for (let input = 0; input < 256; input++) {
    const out = box(input)
    const twice = mulx(out, reduction)
    table[input] = word(twice, twice ^ out, out, out)
    table[256 + input] = word(out, twice, twice ^ out, out)
    table[512 + input] = word(out, out, twice, twice ^ out)
    table[768 + input] = word(twice ^ out, out, out, twice)
  }
  return table
}

/** Multiplication of an octet by four powers of x. */
const powers = (a: number, b: number, c: number, d: number): Int32Array =>
  Int32Array.from({ length: 256 }, (_, input) =>
    word(mulxPow(input, a, 0xa9), mulxPow(input, b, 0xa9), mulxPow(input, c, 0xa9), mulxPow(input, d, 0xa9)),
  )

const s1 = substitution(rijndaelBox, 0x1b)
const s2 = substitution(dicksonBox, 0x69)
const mulAlpha = powers(23, 245, 48, 239)
const divAlpha = powers(16, 39, 6, 64)

export const snow3gTables = { s1, s2, mulAlpha, divAlpha } as const

const at = (words: Int32Array, index: number): number => words[index] ?? 0

const substitute = (table: Int32Array, input: number): number =>
  at(table, input >>> 24) ^
  at(table, 256 | ((input >>> 16) & 255)) ^
  at(table, 512 | ((input >>> 8) & 255)) ^
  at(table, 768 | (input & 255))

/** The LFSR step without FSM: what s16 becomes when s[t] is s0. TS 35.216 3. */
const feedback = (s: Int32Array, t: number): number =>
  (at(s, t) << 8) ^
  at(mulAlpha, at(s, t) >>> 24) ^
  at(s, t + 2) ^
  (at(s, t + 11) >>> 8) ^
  at(divAlpha, at(s, t + 11) & 255)

const initialisationSteps = 32

/**
 * `count` words of SNOW 3G keystream. Key and IV are four words each, the most significant first: K3 to K0 of
 * TS 35.216 4.1 are key[0] to key[3], IV3 to IV0 are iv[0] to iv[3].
 */
export function snow3g(key: Int32Array, iv: Int32Array, count: number): Int32Array {
  const s = loaded(key, iv, count) // the register at step t is s[t] to s[t + 15]
  const keystream = new Int32Array(count)
  let r1 = 0
  let r2 = 0
  let r3 = 0
  for (let t = 0; t <= initialisationSteps + count; t++) {
    const f = ((at(s, t + 15) + r1) | 0) ^ r2
    const r = (r2 + (r3 ^ at(s, t + 5))) | 0
    r3 = substitute(s2, r2)
    r2 = substitute(s1, r1)
    r1 = r
    const next = feedback(s, t)
    s[t + 16] = t < initialisationSteps ? next ^ f : next
    // The first step after initialisation gives no output.
    if (t > initialisationSteps) keystream[t - initialisationSteps - 1] = f ^ at(s, t)
  }
  s.fill(0)
  return keystream
}

/** s0 to s15 at the start, with room for the words to come. TS 35.216 4.1. */
function loaded(key: Int32Array, iv: Int32Array, count: number): Int32Array {
  const s = new Int32Array(16 + initialisationSteps + 1 + count)
  s.set(snow3gRegisters(key))
  s[15] = at(s, 15) ^ at(iv, 3)
  s[12] = at(s, 12) ^ at(iv, 2)
  s[10] = at(s, 10) ^ at(iv, 1)
  s[9] = at(s, 9) ^ at(iv, 0)
  return s
}

/** What the key of four words adds to s0 to s15 at the start. */
export function snow3gRegisters(key: Int32Array): Int32Array {
  const s = new Int32Array(16)
  for (let index = 0; index < 4; index++) {
    const k = at(key, 3 - index)
    s[index] = s[index + 8] = ~k
    s[index + 4] = s[index + 12] = k
  }
  return s
}

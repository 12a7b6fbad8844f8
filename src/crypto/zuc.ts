import { fromHex } from '../core/bytes.ts'

/** TS 35.222 3.4. */
const s0 = fromHex(
  '3e725b47cae0003304d1549809b96dcb7b1bf932af9d6aa5b82dfc1d08530390' +
    '4d4e8499e4ced991ddb685488b296eaccdc1f81e734369c6b5bdfd396320d438' +
    '767db2a7cfed57c5f32cbb142106559be3ef5e314f7f5aa40d8251495fba581c' +
    '4a16d517a892241f8cffd8ae2e01d3ad3b4bda46ebc9de9a8f87d73a806f2fc8' +
    'b1b437f70a2213287ccc3c89c7c3965607bf7ef00b2b975235417961a64c10fe' +
    'bc2695888ab0a3fbc01894f2e1e5e95dd0dc1166645cec59427512f5749caa23' +
    '0e86abbe2a02e767e644a26cc2939ff1f6fa36d250689e6271153dd640c4e20f' +
    '8e83776b25053f0c30ea70b7a1e8a9658d271adb81b3a0f4457a19dfee783460',
)
const s1 = fromHex(
  '55c263713bc847869f3cda5b29aafd778cc5940ca61a1300e3a8167240f9f842' +
    '4426689681d9453e1076c6a78b3943e13ab5562ac06db3052266bfdc0bfa6248' +
    'dd20110636c9c1cff62752bb69f5d4877f844cd29c57a4bc4f9adffed68d7aeb' +
    '2b53d85ca11417fb23d57d3067730809eeb7703f61b2198e4ee54b938f5ddba9' +
    'adf1ae2ecb0dfcf42d466e1d97e8d1e94d37a5755e839eab829db91ce0cd4989' +
    '01b6bd5824a25f387899159050b895e4d091c7ceed0fb46fa0ccf0024a79c3de' +
    'a3efea51e66b18ec1b2c80f774e7ff215a6a541e41319235c433070aba7e0e34' +
    '88b1987cf33d606c7bcad31f3265042864be859b2f598ad7b025acaf1203e2f2',
)
export const zucBoxes = [s0, s1, s0, s1] as const

/** Constants of key loading. TS 35.222 3.5. */
const d = Int32Array.of(
  ...[0x44d7, 0x26bc, 0x626b, 0x135e, 0x5789, 0x35e2, 0x7135, 0x09af],
  ...[0x4d78, 0x2f13, 0x6bc4, 0x1af1, 0x5e26, 0x3c4d, 0x789a, 0x47ac],
)

const initialisationSteps = 32
const at = (values: Int32Array | Uint8Array, index: number): number => values[index] ?? 0
const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits))
const l1 = (x: number): number => x ^ rotated(x, 2) ^ rotated(x, 10) ^ rotated(x, 18) ^ rotated(x, 24)
const l2 = (x: number): number => x ^ rotated(x, 8) ^ rotated(x, 14) ^ rotated(x, 22) ^ rotated(x, 30)

const substitute = (input: number): number =>
  (at(s0, input >>> 24) << 24) |
  (at(s1, (input >>> 16) & 255) << 16) |
  (at(s0, (input >>> 8) & 255) << 8) |
  at(s1, input & 255)

/** Bit reorganisation: the low half of the high 16 bits of one cell, or the like. Cells have 31 bits. TS 35.222 3.3. */
const highLow = (high: number, low: number): number => ((high & 0x7fff8000) << 1) | (low & 0xffff)
const lowHigh = (low: number, high: number): number => (low << 16) | (high >>> 15)

/** The sum of the LFSR modulo 2^31 - 1, in 1 to 2^31 - 1; below 2^53 before reduction. TS 35.222 3.2. */
function feedback(s: Int32Array, t: number, input: number): number {
  const sum =
    at(s, t + 15) * 2 ** 15 +
    at(s, t + 13) * 2 ** 17 +
    at(s, t + 10) * 2 ** 21 +
    at(s, t + 4) * 2 ** 20 +
    at(s, t) * 257 +
    input
  const above = Math.floor(sum / 2 ** 31)
  const folded = sum - above * 2 ** 31 + above
  const next = folded > 0x7fffffff ? folded - 0x7fffffff : folded
  return next === 0 ? 0x7fffffff : next
}

/** `count` words of ZUC keystream; key and IV have 16 octets each. TS 35.222 3.6. */
export function zuc(key: Uint8Array, iv: Uint8Array, count: number): Int32Array {
  const s = loaded(key, iv, count) // the register at step t is s[t] to s[t + 15]
  const keystream = new Int32Array(count)
  let r1 = 0
  let r2 = 0
  for (let t = 0; t <= initialisationSteps + count; t++) {
    const w = ((highLow(at(s, t + 15), at(s, t + 14)) ^ r1) + r2) | 0
    const w1 = (r1 + lowHigh(at(s, t + 11), at(s, t + 9))) | 0
    const w2 = r2 ^ lowHigh(at(s, t + 7), at(s, t + 5))
    r1 = substitute(l1((w1 << 16) | (w2 >>> 16)))
    r2 = substitute(l2((w2 << 16) | (w1 >>> 16)))
    s[t + 16] = feedback(s, t, t < initialisationSteps ? w >>> 1 : 0)
    // The first step after initialisation gives no output.
    if (t > initialisationSteps) keystream[t - initialisationSteps - 1] = w ^ lowHigh(at(s, t + 2), at(s, t))
  }
  s.fill(0)
  return keystream
}

/** s0 to s15 at the start, with room for the cells to come. TS 35.222 3.5. */
function loaded(key: Uint8Array, iv: Uint8Array, count: number): Int32Array {
  const s = new Int32Array(16 + initialisationSteps + 1 + count)
  const ofKey = zucRegisters(key)
  for (let index = 0; index < 16; index++) s[index] = at(ofKey, index) | at(iv, index)
  return s
}

/** What the key of 16 octets adds to s0 to s15 at the start. */
export const zucRegisters = (key: Uint8Array): Int32Array =>
  Int32Array.from({ length: 16 }, (_, index) => (at(key, index) << 23) | (at(d, index) << 8))

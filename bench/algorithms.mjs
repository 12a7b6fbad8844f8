// The algorithms as links and home networks call them, beside portable C and beside node:crypto called plainly.
import { createCipheriv, createHmac, createSecretKey } from 'node:crypto'
import { Amf, Rand, Sqn } from '../dist/core/aka.js'
import { keyOctets } from '../dist/core/keys.js'
import { eeaById } from '../dist/crypto/eea.js'
import { eiaById } from '../dist/crypto/eia.js'
import { kdf } from '../dist/crypto/kdf.js'
import { milenage } from '../dist/crypto/milenage.js'
import { startBaseline } from './c-baseline.mjs'
import { callsPerProcessorSecond } from './processor-time.mjs'
import { median, ratioOf } from './statistics.mjs'
import { temporaryDirectory } from './temporary.mjs'
import { turnByTurn } from './turns.mjs'

const efforts = { full: { rounds: 7, milliseconds: 120 }, smoke: { rounds: 1, milliseconds: 1 } }

/** As bench/c/algorithms.c has them. */
const key = keyOctets(Buffer.from('2bd6459f82c5b300952c49104881ff48', 'hex'))
const message = (size) => Uint8Array.from({ length: size }, (_, at) => 7 * at)
const [bearer, direction] = [3, 1]

const musts = {
  eea1: { 64: 0.35, 1500: 0.6 },
  eea3: { 64: 0.6, 1500: 0.75 },
  eia1: { 64: undefined, 1500: 0.65 },
  eia3: { 64: undefined, 1500: 0.9 },
}

/** One call of an algorithm under its key, by the COUNT. */
function caller(name, size) {
  const octets = message(size)
  const id = Number(name.at(-1))
  if (name.startsWith('eea')) {
    const underKey = eeaById(id).under(key)
    return (count) => underKey.crypt(count, bearer, direction, octets)
  }
  const underKey = eiaById(id).under(key)
  return (count) => underKey.mac(count, bearer, direction, octets)
}

async function agreed(baseline, name, size) {
  const [ours, theirs] = [
    Buffer.from(caller(name, size)(5)).toString('hex'),
    await baseline.output(name, size),
  ]
  if (ours !== theirs)
    throw new Error(`${name} of ${size} octets: ${ours.slice(0, 32)}, in C ${theirs.slice(0, 32)}`)
}

const microseconds = (rates) => Number((1e6 / median(rates)).toPrecision(3))

async function compared({ what, to, must }, ours, theirs, { rounds, milliseconds }) {
  const sides = { ours: () => callsPerProcessorSecond(ours, milliseconds), theirs }
  const results = await turnByTurn(sides, rounds)
  const times = { 'ours/us': microseconds(results.ours), 'theirs/us': microseconds(results.theirs) }
  return { ...ratioOf(results.ours, results.theirs), must, what, to, ...times }
}

async function besideC(effort, directory, progress) {
  const baseline = startBaseline(directory)
  if (!baseline) {
    progress('there is no gcc: nothing is compared with C')
    return []
  }
  const rows = []
  for (const name of Object.keys(musts))
    for (const size of [64, 1500]) {
      await agreed(baseline, name, size)
      const labels = {
        what: `128-${name.toUpperCase()}, ${size} octets`,
        to: 'C -O3',
        must: musts[name][size],
      }
      const theirs = () => baseline.callsPerSecond(name, size, effort.milliseconds)
      rows.push(await compared(labels, caller(name, size), theirs, effort))
    }
  baseline.end()
  return rows
}

const zeros = Buffer.alloc(16)

/** AES-CTR with a cipher for each message. */
function plainCtr(octets) {
  const counter = Buffer.alloc(16)
  counter[4] = (bearer << 3) | (direction << 2)
  return (count) => {
    counter.writeUInt32BE(count, 0)
    return createCipheriv('aes-128-ctr', key, counter).update(octets)
  }
}

/** AES-CMAC of a message whose last block is not whole, with a cipher for its subkeys and one for its blocks. */
function plainCmac(octets) {
  const size = octets.length + 8
  const blocks = Buffer.alloc(Math.ceil((size + 1) / 16) * 16)
  return (count) => {
    const subkey = createCipheriv('aes-128-ecb', key, null).update(zeros)
    for (let doubling = 0; doubling < 2; doubling++) {
      const reduction = subkey[0] & 0x80 ? 0x87 : 0
      for (let at = 0; at < 16; at++) subkey[at] = (subkey[at] << 1) | (subkey[at + 1] >>> 7)
      subkey[15] ^= reduction
    }
    blocks.fill(0)
    blocks.writeUInt32BE(count, 0)
    blocks[4] = (bearer << 3) | (direction << 2)
    blocks.set(octets, 8)
    blocks[size] = 0x80
    for (let at = 0; at < 16; at++) blocks[blocks.length - 16 + at] ^= subkey[at]
    const cipher = createCipheriv('aes-128-cbc', key, zeros).setAutoPadding(false)
    return cipher.update(blocks).subarray(-16, -12)
  }
}

function xored(octets, mask) {
  const out = new Uint8Array(16)
  for (let at = 0; at < 16; at++) out[at] = octets[at] ^ mask[at]
  return out
}

/** f1 to f5, with a cipher for each of the five blocks. */
function plainMilenage(opc, rand) {
  const aes = createSecretKey(key)
  const enciphered = (block) => createCipheriv('aes-128-ecb', aes, null).setAutoPadding(false).update(block)
  return (count) => {
    rand[0] = count
    const temp = enciphered(xored(rand, opc))
    const outs = []
    for (let block = 0; block < 4; block++) {
      const input = xored(temp, opc)
      input[15] ^= block
      outs.push(xored(enciphered(input), opc))
    }
    return outs
  }
}

function besideNode(effort) {
  const octets = message(64)
  const opc = keyOctets(new Uint8Array(16).fill(3))
  const rand = Rand(new Uint8Array(16).fill(9))
  const vector = milenage(key, opc)
  const amf = Amf(Uint8Array.of(0x80, 0))
  const ks = keyOctets(new Uint8Array(32).fill(7))
  const hmacKey = createSecretKey(ks)
  const parameters = [new Uint8Array(6), new Uint8Array(16), new Uint8Array(15)]
  const s = new Uint8Array(44)
  const cases = [
    {
      labels: { what: '128-EEA2, 64 octets', to: 'node:crypto, a cipher for each', must: 4 },
      ours: caller('eea2', 64),
      theirs: plainCtr(octets),
    },
    {
      labels: { what: '128-EIA2, 64 octets', to: 'node:crypto, ciphers for each', must: 8 },
      ours: caller('eia2', 64),
      theirs: plainCmac(octets),
    },
    {
      labels: { what: 'MILENAGE f1 to f5', to: 'node:crypto, a cipher for each block', must: 2.5 },
      ours: (count) => {
        rand[0] = count
        return vector.f12345(rand, Sqn(count), amf)
      },
      theirs: plainMilenage(opc, Uint8Array.from(rand)),
    },
    {
      labels: { what: 'KDF', to: 'createHmac of a KeyObject', must: 0.85 },
      ours: (count) => {
        parameters[0][0] = count
        return kdf(ks, 1, parameters)
      },
      theirs: (count) => {
        s[0] = count
        return createHmac('sha256', hmacKey).update(s).digest()
      },
    },
  ]
  return cases.map(({ labels, ours, theirs }) => {
    const bare = () => callsPerProcessorSecond(theirs, effort.milliseconds)
    return () => compared(labels, ours, bare, effort)
  })
}

/** Calls of the algorithms, each under a key that is prepared. */
export async function algorithms({ smoke, progress }) {
  const effort = smoke ? efforts.smoke : efforts.full
  const { directory, remove } = temporaryDirectory()
  try {
    progress('beside C')
    const rows = await besideC(effort, directory, progress)
    progress('beside node:crypto')
    for (const measure of besideNode(effort)) rows.push(await measure())
    return rows
  } finally {
    remove()
  }
}

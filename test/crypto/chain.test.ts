import { describe, expect, it } from 'vitest'
import { Amf, Rand, Sqn } from '../../src/core/aka.ts'
import { concat, fromHex, hex } from '../../src/core/bytes.ts'
import { BTid } from '../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../src/core/identities/fqdn.ts'
import { NafId } from '../../src/core/identities/naf-id.ts'
import { proseUeIdFromHex, RelayServiceCode } from '../../src/core/identities/prose.ts'
import { Impi } from '../../src/core/identities/subscriber.ts'
import { K, Ks, KsNaf, Opc } from '../../src/core/keys.ts'
import { akaFunctions, generateVector, makeAuts, verifyAutn, verifyAuts } from '../../src/crypto/aka.ts'
import { equalInConstantTime } from '../../src/crypto/constant-time.ts'
import type { EeaId, EiaId } from '../../src/core/algorithm-ids.ts'
import { eeaById } from '../../src/crypto/eea.ts'
import { eiaById } from '../../src/crypto/eia.ts'
import { deriveKsIntNaf, deriveKsNaf, deriveTmpi, ksOf } from '../../src/crypto/gba-keys.ts'
import {
  deriveKdSess,
  derivePdk,
  derivePek,
  derivePik,
  deriveRequestToken,
} from '../../src/crypto/prose-keys.ts'
import type { Direction } from '../../src/crypto/security-inputs.ts'
import chain from '../vectors/chain.json' with { type: 'json' }
import { flipped, someBit } from './flip.ts'

interface Aka {
  RAND: string
  SQN: string
  AMF: string
  AUTN: string
  XRES: string
  CK: string
  IK: string
  Ks: string
}
interface Resynchronisation {
  RAND: string
  SQN_MS: string
  AUTS: string
}
interface NafKeys {
  NAF_Id: string
  Ks_NAF?: { value: string }
  Ks_ext_NAF?: { value: string }
  Ks_int_NAF?: { value: string }
}
interface Message {
  bearer: number
  direction: Direction
  count: string
  header: string
  ciphered: boolean
  integrityProtected: boolean
  sdu: string | null
}
interface Link {
  name: string
  'PDK base key': { value: string }
  'UE-2 ProSe UE ID': string
  PDK: { value: string }
  Nonce_1: string
  Nonce_2: string
  'KD-sess': { value: string }
  'UE-1 ID': { value: string }
  'NAF-ID': string
  extensions: {
    PDK: { value: string }
    'KD-sess': string
    PIK: string
    'request token': { value: string } | null
  }
  derivedKeys: { algorithm: EiaId; PEK: { key: string }; PIK: { key: string } }[]
  messages: Record<string, Message>
  pairs: ({ eea: EeaId; eia: EiaId; PEK: string; PIK: string } & Record<
    string,
    { sdu?: string; pdu: string }
  >)[]
}
interface Case {
  kind: string
  inputs: { K: string; OPc: string; 'Relay Service Code': string | null }
  names: { IMPI: string; 'BSF FQDN': string }
  aka?: Aka
  resynchronisation?: Resynchronisation
  TMPI?: { TMPI: string }
  'NAF keys'?: Record<string, NafKeys>
  push: { aka: Aka; resynchronisation: Resynchronisation; 'NAF keys': Record<string, NafKeys> }
  links: Link[]
}

const cases = chain.cases as unknown as readonly Case[]

/** What one run of AKA gives, and the keys made from it. */
const runs = (one: Case) => [
  ...(one.aka && one.resynchronisation
    ? [{ name: 'bootstrapping', aka: one.aka, resync: one.resynchronisation, nafKeys: one['NAF keys'] ?? {} }]
    : []),
  { name: 'push', aka: one.push.aka, resync: one.push.resynchronisation, nafKeys: one.push['NAF keys'] },
]

describe.each(cases)('key chain of $kind', (one) => {
  const functions = akaFunctions({
    algorithm: 'MILENAGE',
    k: K(fromHex(one.inputs.K)),
    opc: Opc(fromHex(one.inputs.OPc)),
  })
  const impi = Impi(one.names.IMPI)

  describe.each(runs(one))('$name', ({ aka, resync, nafKeys }) => {
    const rand = Rand(fromHex(aka.RAND))
    const sqn = Sqn(Number.parseInt(aka.SQN, 16))

    it('K to AUTN, XRES, CK, IK and Ks', () => {
      const vector = generateVector(functions, rand, sqn, Amf(fromHex(aka.AMF)))
      const { autn, xres, ck, ik } = vector
      expect([autn, xres, ck, ik].map(hex)).toEqual([aka.AUTN, aka.XRES, aka.CK, aka.IK])
      expect(hex(ksOf(ck, ik))).toBe(aka.Ks)
      expect(verifyAutn(functions, rand, autn)).toMatchObject({ sqn, res: xres })
    })

    it('AUTS, whose AMF is 0000 whatever the vector has', () => {
      const sqnMs = Sqn(Number.parseInt(resync.SQN_MS, 16))
      const auts = makeAuts(functions, Rand(fromHex(resync.RAND)), sqnMs)
      expect(hex(auts)).toBe(resync.AUTS)
      expect(verifyAuts(functions, Rand(fromHex(resync.RAND)), auts)).toBe(sqnMs)
      expect(verifyAuts(functions, Rand(flipped(fromHex(resync.RAND), 0)), auts)).toBe('mac-failure')
    })

    it.each(Object.entries(nafKeys))('Ks to the keys of NAF %s', (_, naf) => {
      const [ks, nafId] = [Ks(fromHex(aka.Ks)), NafId(fromHex(naf.NAF_Id))]
      expect(hex(deriveKsNaf(ks, rand, impi, nafId))).toBe((naf.Ks_NAF ?? naf.Ks_ext_NAF)?.value)
      if (naf.Ks_int_NAF) expect(hex(deriveKsIntNaf(ks, rand, impi, nafId))).toBe(naf.Ks_int_NAF.value)
    })
  })

  it.each(one.TMPI ? [one.TMPI] : [])('Ks to TMPI', ({ TMPI }) => {
    const [ks, rand] = [Ks(fromHex(one.aka?.Ks ?? '')), Rand(fromHex(one.aka?.RAND ?? ''))]
    expect(deriveTmpi(ks, rand, impi, Fqdn(one.names['BSF FQDN']))).toBe(TMPI)
  })

  describe.each(one.links)('link $name', (link) => {
    const ksNaf = KsNaf(fromHex(link['PDK base key'].value))
    const pdk = derivePdk(ksNaf, proseUeIdFromHex(link['UE-2 ProSe UE ID']))
    const kdSess = deriveKdSess(pdk, fromHex(link.Nonce_1), fromHex(link.Nonce_2))

    it('Ks_(ext)_NAF to PDK, KD-sess, and PEK and PIK of each algorithm', () => {
      expect(hex(pdk)).toBe(link.PDK.value)
      expect(hex(kdSess)).toBe(link['KD-sess'].value)
      for (const { algorithm, PEK, PIK } of link.derivedKeys)
        expect([derivePek(kdSess, algorithm), derivePik(kdSess, algorithm)].map(hex)).toEqual([
          PEK.key,
          PIK.key,
        ])
    })

    it('E1: Ks_(ext)_NAF and Nonce_1 to PDK, KD-sess and PIK of this attempt alone', () => {
      const { PDK, 'KD-sess': session, PIK } = link.extensions
      const fresh = derivePdk(ksNaf, proseUeIdFromHex(link['UE-2 ProSe UE ID']), fromHex(link.Nonce_1))
      expect(hex(fresh)).toBe(PDK.value)
      const keys = deriveKdSess(fresh, fromHex(link.Nonce_1), fromHex(link.Nonce_2))
      expect([keys, derivePik(keys, 2)].map(hex)).toEqual([session, PIK])
    })

    it.each(link.extensions['request token'] ? [link.extensions['request token']] : [])(
      'E2: Ks_(ext)_NAF and what UE-1 wants to the request token',
      ({ value }) => {
        const code = one.inputs['Relay Service Code']
        const token = deriveRequestToken(ksNaf, {
          btid: BTid(link['UE-1 ID'].value),
          nafId: NafId(fromHex(link['NAF-ID'])),
          nonce1: fromHex(link.Nonce_1),
          ue2Id: proseUeIdFromHex(link['UE-2 ProSe UE ID']),
          relayServiceCode: code === null ? undefined : RelayServiceCode(Number.parseInt(code, 16)),
        })
        expect(hex(token)).toBe(value)
      },
    )

    it.each(link.pairs)('PEK and PIK to every protected packet, EEA$eea and EIA$eia', (pair) => {
      const [pek, pik] = [derivePek(kdSess, pair.eea), derivePik(kdSess, pair.eia)]
      expect([pek, pik].map(hex)).toEqual([pair.PEK, pair.PIK])
      for (const [name, message] of Object.entries(link.messages)) {
        const sdu = fromHex(pair[name]?.sdu ?? message.sdu ?? '')
        const inputs = [Number.parseInt(message.count, 16), message.bearer, message.direction] as const
        const clear = concat(fromHex(message.header), sdu)
        const crypt = (octets: Uint8Array) => eeaById(pair.eea)?.crypt(pek, ...inputs, octets) ?? fail()
        const macOf = (octets: Uint8Array) => eiaById(pair.eia)?.mac(pik, ...inputs, octets) ?? fail()

        const data = message.ciphered ? crypt(sdu) : sdu
        const macI = message.integrityProtected ? macOf(clear) : new Uint8Array(0)
        expect(hex(concat(fromHex(message.header), data, macI))).toBe(pair[name]?.pdu)
        if (message.ciphered) expect(hex(crypt(data))).toBe(hex(sdu))
        const tampered = flipped(clear, someBit(sdu.length, 8 * clear.length))
        expect(equalInConstantTime(macOf(tampered), macI)).toBe(false)
      }
    })
  })
})

function fail(): never {
  throw new Error('no such row')
}

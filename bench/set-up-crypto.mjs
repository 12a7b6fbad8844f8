// The cryptography of a set-up: each derivation, MAC and ciphering that both of its ends cannot do without.
import { Amf, Autn, Rand, Sqn } from '../dist/core/aka.js'
import { nafIdOf, uaIds } from '../dist/core/identities/naf-id.js'
import { PTid } from '../dist/core/identities/p-tid.js'
import { Impi } from '../dist/core/identities/subscriber.js'
import { Ks, KsNaf } from '../dist/core/keys.js'
import { akaFunctions, generateVector, verifyAutn } from '../dist/crypto/aka.js'
import { requestDigest, responseDigest } from '../dist/crypto/digest-response.js'
import { eeaById } from '../dist/crypto/eea.js'
import { eiaById } from '../dist/crypto/eia.js'
import { deriveKsNaf, deriveTmpi, ksOf } from '../dist/crypto/gba-keys.js'
import { gpiNafId, makeGpi, openGpi, readGpi } from '../dist/crypto/gba-push-info.js'
import { deriveKdSess, derivePdk, derivePek, derivePik } from '../dist/crypto/prose-keys.js'
import { presharedKey } from './psk.mjs'
import { impiOf, secretsOf } from './subscribers.mjs'

/** At the one end and at the other. */
const atBoth = (work) => {
  work()
  work()
}

const octets = (count, value) => new Uint8Array(count).fill(value)
const impi = Impi(impiOf(1))
const rand = Rand(octets(16, 0x35))
const secrets = { algorithm: 'MILENAGE', ...secretsOf }
const vector = generateVector(akaFunctions(secrets), rand, Sqn(32 * 1000), Amf(Uint8Array.of(0x80, 0)))
const ks = ksOf(vector.ck, vector.ik)
const bsf = 'bsf.mnc001.mcc001.pub.3gppnetwork.org'
const ksNaf = KsNaf(Uint8Array.from(presharedKey))
const nafId = nafIdOf('pkmf.mnc001.mcc001.pub.3gppnetwork.org', uaIds.prose)
const [nonce1, nonce2] = [octets(16, 1), octets(16, 2)]
const ue2Id = 0x080001
const kdSess = deriveKdSess(derivePdk(ksNaf, ue2Id), nonce1, nonce2)
const push = {
  ...{ uiccMe: 'GBA_ME', rand, autn: Autn(vector.autn), ptId: PTid(octets(16, 3)), nafId, impi, ks },
  keyExpiry: Date.UTC(2100, 0, 1),
}
const gpi = makeGpi(push)
const kGpi = deriveKsNaf(ks, rand, impi, gpiNafId)
const digest = {
  ...{ username: impi, realm: bsf, password: octets(8, 4) },
  ...{ nonce: 'x'.repeat(44), nc: '00000001', cnonce: '0123456789abcdef', qop: 'auth-int', uri: '/' },
  body: octets(0, 0),
}
const document = { ...digest, body: octets(250, 0x20) }

/** What HSS and USIM make of one vector, and BSF and UE of its keys. */
function vectors() {
  generateVector(akaFunctions(secrets), rand, Sqn(32 * 1000), Amf(Uint8Array.of(0x80, 0)))
  verifyAutn(akaFunctions(secrets), rand, Autn(vector.autn))
  atBoth(() => ksOf(vector.ck, vector.ik))
}

const nafKey = (of) => deriveKsNaf(of, rand, impi, nafId)

/** A GPI and the key that it brings, at BSF and UE: of a Ks that each has just made. */
function pushes() {
  const [atBsf, atUe] = [Ks(ks), Ks(ks)]
  makeGpi({ ...push, ks: atBsf })
  nafKey(atBsf)
  readGpi(gpi)
  deriveKsNaf(atUe, rand, impi, gpiNafId)
  openGpi(gpi, kGpi)
  nafKey(atUe)
}

/** The key of a B-TID at UE-1, each time that it sends one whose Ks it holds. */
function ownNafKey(_algorithms, { fields }) {
  if (String(fields.ue1Id).includes('@')) nafKey(ks)
}

/** Request and answer of Ub, and the TMPI that comes with them, each at both ends. */
function bootstrappings() {
  atBoth(() => {
    requestDigest('GET', digest)
    responseDigest(document)
    deriveTmpi(Ks(ks), rand, impi, bsf)
  })
}

/** The PDK out of a key that was just read or derived, at KMF-1 and UE-1, and of it the keys of the link, at UE-1 and UE-2. */
function linkKeys({ eea, eia }) {
  atBoth(() => {
    const pdk = derivePdk(KsNaf(ksNaf), ue2Id)
    const kdSess = deriveKdSess(pdk, nonce1, nonce2)
    eeaById(eea).under(derivePek(kdSess, eea)).forget()
    eiaById(eia).under(derivePik(kdSess, eia)).forget()
  })
}

/** By the name of the message that shows that it is done. */
const shownBy = {
  MAA: vectors,
  // The BSF has read Ks out of its store.
  BIA: () => nafKey(Ks(ks)),
  GPA: pushes,
  '200 bootstrapped': bootstrappings,
  DIRECT_COMMUNICATION_REQUEST: ownNafKey,
  DIRECT_SECURITY_MODE_COMMAND: linkKeys,
}

/** MAC-I and ciphering of a protected frame, at both ends. */
function protection({ bytes, clear, security }, { eea, eia }) {
  const { count, bearer, direction, pek } = security
  const mac = eiaById(eia).under(derivePik(kdSess, eia))
  const cipher = pek === undefined ? undefined : eeaById(eea).under(derivePek(kdSess, eea))
  const covered = bytes.subarray(8, -4)
  return () =>
    atBoth(() => {
      mac.mac(count, bearer, direction, covered)
      cipher?.crypt(count, bearer, direction, clear)
    })
}

/** Functions that together are the cryptography of these messages. */
export function cryptoParts(messages, algorithms) {
  return messages.flatMap((message) => {
    const derivations = shownBy[message.name]
    return [
      ...(derivations ? [() => derivations(algorithms, message)] : []),
      ...(message.security ? [protection(message, algorithms)] : []),
    ]
  })
}

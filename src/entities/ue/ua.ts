import { hex, utf8 } from '../../core/bytes.ts'
import type { Random } from '../../core/environment.ts'
import { KeyRequestFailed, MacMismatch, NotAuthorised, Pc8IdentityRefused } from '../../core/errors.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../core/identities/naf-id.ts'
import { wipe } from '../../core/keys.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import { requestDigest, responseDigest, type DigestInput } from '../../crypto/digest-response.ts'
import { gbaPassword, gbaProduct, isRealmOf, uaDigest } from '../../reference-points/ua/digest.ts'
import {
  parseAuthenticationInfo,
  parseChallenge,
  writeCredentials,
  type DigestChallenge,
} from '../../wire/http-digest/digest-headers.ts'
import { fieldValue, type HttpConnection, type HttpRequest, type HttpResponse } from '../../wire/http.ts'
import type { Bootstrapping } from './bootstrapping.ts'
import { pc8Association } from './pc8-session.ts'
import type { UaConnect, UeBootstrap } from './ports.ts'

/** A document of a NAF. */
export interface DocumentWish {
  readonly naf: Fqdn
  /** TLS with the key as PSK, or HTTP Digest. TS 33.222 5.4, 5.3. */
  readonly scheme: 'https' | 'http'
  /** Host as the URL has it, with a port where it has one. */
  readonly host: string
  /** Origin form. */
  readonly target: string
}

export interface GotDocument {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: Uint8Array
  /** What proved UE and NAF to each other; nothing when the NAF wanted no proof. */
  readonly proof: 'digest' | 'tls' | 'nothing'
  /** That of the proof. */
  readonly btid: BTid | undefined
}

export interface UaPorts {
  readonly bootstrapping: Bootstrapping
  readonly random: Random
}

const clause = 'TS 24.109 5.2'
const noBody = new Uint8Array()

/**
 * Ua: a document of any NAF of the home network, the UE bootstrapping when it must, and once more when the NAF wants a new
 * B-TID. Throws TemporaryFailure, BootstrappingFailed, NotAuthorised when the NAF refuses a new B-TID too, and MacMismatch
 * for an answer that does not come from the NAF.
 */
export const getDocument = (
  wish: DocumentWish,
  connect: UaConnect,
  ports: UaPorts,
  context?: string,
): Promise<GotDocument> =>
  wish.scheme === 'https' ? overTls(wish, connect, ports, context) : byDigest(wish, connect, ports, context)

const requestOf = ({ host, target }: DocumentWish, authorization?: string): HttpRequest => ({
  ...{ method: 'GET', target, body: noBody },
  fields: [
    ['Host', host],
    ['User-Agent', `Sidelock ${gbaProduct}`],
    ['Accept', '*/*'],
    ...(authorization === undefined ? [] : [['Authorization', authorization] as const]),
  ],
})

const documentOf = (
  { status, fields, body }: HttpResponse,
  proof: GotDocument['proof'],
  btid?: BTid,
): GotDocument => ({ status, contentType: fieldValue(fields, 'Content-Type'), body, proof, btid })

async function overTls(
  wish: DocumentWish,
  connect: UaConnect,
  { bootstrapping }: UaPorts,
  context: string | undefined,
): Promise<GotDocument> {
  try {
    return await getOverTls(wish, connect, await bootstrapping.validOrNew(context), context)
  } catch (error) {
    if (!(error instanceof Pc8IdentityRefused)) throw error
  }
  return getOverTls(wish, connect, await bootstrapping.run(context), context).catch((error: unknown) => {
    throw error instanceof Pc8IdentityRefused ? refused(error) : error
  })
}

const refused = (cause?: unknown): NotAuthorised =>
  new NotAuthorised('the NAF takes no B-TID of this UE', clause, { cause })

async function getOverTls(
  wish: DocumentWish,
  connect: UaConnect,
  bootstrap: UeBootstrap,
  context: string | undefined,
): Promise<GotDocument> {
  const association = await pc8Association(bootstrap, wish.naf)
  try {
    const connection = await connect(association)
    try {
      return documentOf(await connection.exchange(requestOf(wish), context), 'tls', bootstrap.btid)
    } finally {
      connection.close()
    }
  } finally {
    wipe(association.tls13Key, association.tls12Key)
  }
}

async function byDigest(
  wish: DocumentWish,
  connect: UaConnect,
  ports: UaPorts,
  context: string | undefined,
): Promise<GotDocument> {
  const connection = await connect()
  try {
    const first = await connection.exchange(requestOf(wish), context)
    if (first.status !== 401) return documentOf(first, 'nothing')
    return await answered(wish, connection, first, ports, context)
  } finally {
    connection.close()
  }
}

/** A 401 to a protected request asks for a new bootstrapping, unless only its nonce was too old. TS 24.109 5.2.5. */
async function answered(
  wish: DocumentWish,
  connection: HttpConnection,
  first: HttpResponse,
  { bootstrapping, random }: UaPorts,
  context: string | undefined,
): Promise<GotDocument> {
  let challenge = challengeOf(first, wish.naf)
  let bootstrap = await bootstrapping.validOrNew(context)
  for (const isLast of [false, true]) {
    const input = await inputFor(wish, challenge, bootstrap, random)
    try {
      const authorization = credentialsOf(challenge, input)
      const response = await connection.exchange(requestOf(wish, authorization), context)
      if (response.status !== 401) {
        checkServer(response, input)
        return documentOf(response, 'digest', bootstrap.btid)
      }
      challenge = challengeOf(response, wish.naf)
    } finally {
      wipe(input.password)
    }
    if (!isLast && !challenge.stale) bootstrap = await bootstrapping.run(context)
  }
  throw refused()
}

/** The challenge of this NAF; another realm would send our proof elsewhere. */
function challengeOf({ fields }: HttpResponse, naf: Fqdn): DigestChallenge {
  const challenge = parseChallenge(fieldValue(fields, 'WWW-Authenticate') ?? '')
  const { realm, algorithm = uaDigest.algorithm, qop } = challenge
  if (!isRealmOf(realm, naf)) throw new KeyRequestFailed('the NAF asks for no GBA under its own name', clause)
  if (algorithm.toUpperCase() !== uaDigest.algorithm || !qop.includes(uaDigest.qop))
    throw new KeyRequestFailed('the NAF asks for another Digest than MD5 with auth-int', clause)
  return challenge
}

async function inputFor(
  { naf, target: uri }: DocumentWish,
  { realm, nonce }: DigestChallenge,
  { btid, ks }: UeBootstrap,
  random: Random,
): Promise<DigestInput> {
  const key = await ks.nafKey(nafIdOf(naf, uaIds.httpDigest))
  const password = gbaPassword(key)
  wipe(key)
  const cnonce = hex(random.octets(8))
  return {
    username: btid,
    realm,
    password,
    nonce,
    nc: '00000001',
    cnonce,
    qop: uaDigest.qop,
    uri,
    body: noBody,
  }
}

function credentialsOf({ opaque }: DigestChallenge, input: DigestInput): string {
  const { username, realm, nonce, uri, qop, nc, cnonce } = input
  const response = requestDigest('GET', input)
  return writeCredentials({
    ...{ username, realm, nonce, uri, qop, nc, cnonce, response, algorithm: uaDigest.algorithm },
    ...(opaque === undefined ? {} : { opaque }),
  })
}

/** An answer without proof is believed only where it brings nothing: its status. */
function checkServer({ status, fields, body }: HttpResponse, input: DigestInput): void {
  const info = fieldValue(fields, 'Authentication-Info')
  if (info === undefined && status >= 400) return
  const { rspauth } = info === undefined ? {} : parseAuthenticationInfo(info)
  if (!equalInConstantTime(utf8(responseDigest({ ...input, body })), utf8(rspauth ?? '')))
    throw new MacMismatch('Ua: rspauth is wrong', 'RFC 2617 3.2.3')
}

import { tell } from '../../core/tap.ts'
import type { AuthenticationVector, Resynchronisation } from '../../core/aka.ts'
import { hex } from '../../core/bytes.ts'
import { IdentityUnknown, SynchronisationRefused, TemporaryFailure } from '../../core/errors.ts'
import { bTidOf, shortBTid } from '../../core/identities/b-tid.ts'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import { maskedImpi, type Impi } from '../../core/identities/subscriber.ts'
import { isTmpi, shortTmpi, type Tmpi } from '../../core/identities/tmpi.ts'
import { wipe } from '../../core/keys.ts'
import { TokenBuckets } from '../../core/token-buckets.ts'
import type { Instant, Seconds } from '../../core/units.ts'
import { responseDigest } from '../../crypto/digest-response.ts'
import { fingerprint } from '../../crypto/fingerprint.ts'
import { deriveTmpi, ksOf } from '../../crypto/gba-keys.ts'
import { gbaUAutn, gbaURes } from '../../crypto/gba-u.ts'
import { akaDigest, akaNonce, writeAkaChallenge } from '../../reference-points/ub/aka-challenge.ts'
import {
  bootstrappingInfoType,
  writeBootstrappingInfo,
} from '../../reference-points/ub/bootstrapping-info.ts'
import type { HttpFields, UbRequest, UbResponse, UbSession } from '../../reference-points/ub/exchange.ts'
import { canUseTmpi, products } from '../../reference-points/ub/product-tokens.ts'
import { statusOf } from '../../reference-points/ub/status.ts'
import type { MultimediaAuthAnswer } from '../../reference-points/zh/exchange.ts'
import { writeAuthenticationInfo } from '../../wire/http-digest/digest-headers.ts'
import { ChallengeTable, forget, type OpenChallenge } from './challenge-table.ts'
import { ksExpiry } from './ks-expiry.ts'
import type { Bootstrap, BsfPorts } from './ports.ts'
import { answers, autsOf, digestInputOf, readRequest, type Asked } from './ub-request.ts'

export interface BootstrappingConfig {
  /** Names by which UEs reach this BSF; each is the digest realm of its own host. */
  readonly names: readonly Fqdn[]
  /** Domain of the B-TIDs; may differ from the realm. */
  readonly bTidDomain: Fqdn
  /** Where the GUSS has none. Never more than 24 h. */
  readonly ksLifetime: Seconds
  /** Challenges of one (IMPI, client address) a minute; Infinity: no limit. */
  readonly challengesPerMinute: number
  /** Challenges open at once. */
  readonly maxChallenges: number
  /** UEs that can may come under a TMPI the next time. */
  readonly tmpi: boolean
}

/** One connection: where it is from, and whom it challenged last. */
interface Session {
  readonly client: string
  impi: Impi | undefined
}

/** Who asks, on which connection, in which set-up. */
type Request = Asked & { readonly session: Session; readonly context: string | undefined }

const wrongInARow = 3

/** Ub at the BSF. TS 33.220 4.5.2, TS 24.109 4. */
export class Bootstrapping {
  #config: BootstrappingConfig
  readonly #ports: BsfPorts
  readonly #challenges: ChallengeTable
  #buckets: TokenBuckets

  constructor(config: BootstrappingConfig, ports: BsfPorts) {
    this.#config = config
    this.#ports = ports
    this.#challenges = new ChallengeTable(config.maxChallenges)
    this.#buckets = new TokenBuckets(config.challengesPerMinute)
  }

  /** Challenges without a response. */
  get openChallenges(): number {
    return this.#challenges.size
  }

  /** What is asked from now on is answered under these. */
  reconfigure(changed: Pick<BootstrappingConfig, 'ksLifetime' | 'challengesPerMinute' | 'tmpi'>): void {
    this.#buckets = TokenBuckets.after(this.#buckets, changed.challengesPerMinute)
    const { ksLifetime, challengesPerMinute, tmpi } = changed
    this.#config = { ...this.#config, ksLifetime, challengesPerMinute, tmpi }
  }

  /** A new connection from this address; its wrong responses count together (R36). */
  connect(client: string): UbSession {
    const session: Session = { client, impi: undefined }
    let wrong = 0
    const exchange = async (request: UbRequest, context?: string): Promise<UbResponse> => {
      const read = readRequest(request, this.#config.names)
      if (typeof read === 'number') return this.#refuse(read)
      const asked = { ...read, session, context }
      try {
        const response = await this.#answer(asked)
        if (response !== 'wrong') {
          if (response.status === 200) wrong = 0
          return response
        }
        this.#ports.count('ub-wrong-response')
        return ++wrong < wrongInARow
          ? await this.#challenge(asked)
          : this.#refuse(403, [['Connection', 'close']])
      } catch (error) {
        return this.#refuse(statusOf(error))
      }
    }
    return {
      exchange,
      close: () => undefined,
      get impi() {
        return session.impi
      },
    }
  }

  /** Steps 2 and 4; a nonce that is not outstanding is answered as none at all. */
  async #answer(asked: Request): Promise<UbResponse | 'wrong'> {
    const challenge = this.#challenges.take(asked.credentials.nonce, this.#now())
    if (!challenge) return this.#challenge(asked)
    try {
      if (!answers(asked, challenge)) return 'wrong'
      if (asked.credentials.auts === undefined) return await this.#bootstrap(asked, challenge)
      return await this.#resynchronise(asked, challenge)
    } finally {
      forget(challenge)
    }
  }

  /** Step 2: a fresh vector, asked for within the rate of this IMPI from this client. */
  async #challenge(asked: Request, resynchronisation?: Resynchronisation): Promise<UbResponse> {
    const { user, realm, session, context } = asked
    session.impi = undefined
    const impi = await this.#impiOf(user)
    session.impi = impi
    if (!this.#buckets.take(`${impi} ${session.client}`, this.#now()))
      throw new TemporaryFailure('too many challenges')
    const answer = await this.#ports.zh.authenticate(
      { impi, ...(resynchronisation ? { resynchronisation } : {}) },
      context,
    )
    const vector = vectorForUe(answer)
    const challenge: OpenChallenge = {
      nonce: akaNonce(vector.rand, vector.autn),
      opaque: hex(this.#ports.random.octets(16)),
      ...{ realm, impi, user, canUseTmpi: canUseTmpi(asked.request.fields, 'User-Agent') },
      vector,
      ...(answer.guss ? { guss: answer.guss } : {}),
      resynchronised: resynchronisation !== undefined,
    }
    this.#challenges.add(challenge, this.#now())
    return this.#respond(401, [['WWW-Authenticate', writeAkaChallenge(challenge)]])
  }

  /** The user that a name stands for; a TMPI that is not known is refused as an unknown IMPI is. TS 33.220 4.5.2. */
  async #impiOf(user: Impi | Tmpi): Promise<Impi> {
    if (!isTmpi(user)) return user
    const impi = this.#config.tmpi ? await this.#ports.bootstraps.findImpi(user, this.#now()) : undefined
    if (impi === undefined) throw new IdentityUnknown('unknown or expired TMPI', 'TS 33.220 4.5.2')
    return impi
  }

  /** The USIM found SQN out of range: a new challenge from the SQN that the USIM gave, once in a run. TS 24.109 4.5. */
  async #resynchronise(asked: Request, challenge: OpenChallenge): Promise<UbResponse | 'wrong'> {
    const auts = autsOf(asked.credentials)
    if (!auts || challenge.resynchronised) return 'wrong'
    try {
      return await this.#challenge(asked, { rand: challenge.vector.rand, auts })
    } catch (error) {
      if (error instanceof SynchronisationRefused) return 'wrong'
      throw error
    }
  }

  /** Step 4: the UE is who it says; Ks is kept under a new B-TID (R37). TS 33.220 4.5.2. */
  async #bootstrap(asked: Request, challenge: OpenChallenge): Promise<UbResponse> {
    const { impi, user } = challenge
    const { rand, ck, ik } = challenge.vector
    const { bTidDomain: domain, tmpi } = this.#config
    const created = this.#now()
    const ks = ksOf(ck, ik)
    const bootstrap: Bootstrap = {
      btid: bTidOf(rand, domain),
      ...{ impi, rand, ks, created },
      ...(tmpi && challenge.canUseTmpi ? { tmpi: deriveTmpi(ks, rand, impi, domain) } : {}),
      expires: ksExpiry(challenge.guss, created, this.#config.ksLifetime),
      ...(challenge.guss ? { guss: challenge.guss } : {}),
    }
    try {
      await this.#keep(bootstrap, user, asked)
    } finally {
      wipe(ks)
    }
    const body = writeBootstrappingInfo(bootstrap)
    const info = this.#authenticationInfo(asked, challenge, body)
    return this.#respond(
      200,
      [
        ['Authentication-Info', info],
        ['Expires', new Date(bootstrap.expires).toUTCString()],
        ['Content-Type', bootstrappingInfoType],
      ],
      body,
    )
  }

  /** What the UE is told only once it is durable (R48). */
  async #keep(bootstrap: Bootstrap, user: Impi | Tmpi, asked: Request): Promise<void> {
    if (await this.#ports.bootstraps.find(bootstrap.btid, bootstrap.created))
      throw new TemporaryFailure('the HSS gave a RAND that is in use', 'TS 33.220 4.5.2')
    await this.#ports.bootstraps.put(bootstrap)
    tell(this.#ports.report, () => ({
      what: 'bootstrapped',
      fields: {
        impi: maskedImpi(bootstrap.impi),
        ...(isTmpi(user) ? { tmpi: shortTmpi(user) } : {}),
        btid: shortBTid(bootstrap.btid),
        expires: new Date(bootstrap.expires).toISOString(),
      },
      keys: { Ks: fingerprint(bootstrap.ks) },
      ...(asked.context === undefined ? {} : { context: asked.context }),
    }))
  }

  /** Proof for the UE that this body is from who holds XRES. RFC 2617 3.2.3. */
  #authenticationInfo(asked: Request, challenge: OpenChallenge, body: Uint8Array): string {
    const input = { ...digestInputOf(asked, challenge), body }
    const { cnonce, nonce } = input
    const { opaque } = challenge
    const { qop, nc } = akaDigest
    return writeAuthenticationInfo({ qop, rspauth: responseDigest(input), cnonce, nc, opaque, nonce })
  }

  #refuse(status: number, fields: HttpFields = []): UbResponse {
    this.#ports.count(`ub-${status}`)
    return this.#respond(status, fields)
  }

  #respond(status: number, fields: HttpFields, body: Uint8Array = new Uint8Array()): UbResponse {
    const date = new Date(this.#now()).toUTCString()
    return {
      status,
      fields: [
        ['Date', date],
        ['Server', products(this.#config.tmpi)],
        ...fields,
        ['Content-Length', String(body.length)],
      ],
      body,
    }
  }

  #now(): Instant {
    return this.#ports.clock.now()
  }
}

/** The vector as the UE will answer it: for a card with GBA_U, AUTN* and the changed XRES. TS 33.220 5.3.2. */
function vectorForUe({ vector, guss }: MultimediaAuthAnswer): AuthenticationVector {
  if (guss?.uiccType !== 'GBA_U') return vector
  return { ...vector, autn: gbaUAutn(vector.autn, vector.ik), xres: gbaURes(vector.xres) }
}

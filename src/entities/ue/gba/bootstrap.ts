import { base64, hex, utf8 } from '../../../core/bytes.ts'
import type { Clock, Random, Timers } from '../../../core/environment.ts'
import { BootstrappingFailed, ProseError, TemporaryFailure } from '../../../core/errors.ts'
import { bTidDomain, shortBTid } from '../../../core/identities/b-tid.ts'
import type { Fqdn } from '../../../core/identities/fqdn.ts'
import { maskedImpi, type Impi } from '../../../core/identities/subscriber.ts'
import { isTmpi, shortTmpi, type Tmpi } from '../../../core/identities/tmpi.ts'
import { wipe } from '../../../core/keys.ts'
import type { Report } from '../../../core/tap.ts'
import type { Instant } from '../../../core/units.ts'
import { equalInConstantTime } from '../../../crypto/constant-time.ts'
import { requestDigest, responseDigest, type DigestInput } from '../../../crypto/digest-response.ts'
import { tmpiFrom, tmpiNafId } from '../../../crypto/gba-keys.ts'
import {
  akaDigest,
  parseAkaChallenge,
  type AkaChallenge,
} from '../../../reference-points/ub/aka-challenge.ts'
import { parseBootstrappingInfo } from '../../../reference-points/ub/bootstrapping-info.ts'
import {
  fieldValue,
  type BootstrappingInfo,
  type UbConnection,
  type UbRequest,
  type UbResponse,
} from '../../../reference-points/ub/exchange.ts'
import { canUseTmpi, products } from '../../../reference-points/ub/product-tokens.ts'
import { ubTimers } from '../../../reference-points/ub/timers.ts'
import { parseAuthenticationInfo, writeCredentials } from '../../../wire/http-digest/digest-headers.ts'
import { within } from '../deadline.ts'
import type { AkaResult, GbaPort, UeBootstrap, Usim } from '../ports.ts'
import { ksAfter } from './held-ks.ts'

export interface GbaPorts {
  readonly usim: Usim
  /** Whether the UE names itself by a TMPI where the BSF takes one. */
  readonly tmpi: boolean
  /** A connection to the BSF for one run. */
  readonly connect: () => UbConnection
  readonly clock: Clock
  readonly random: Random
  readonly timers: Timers
  readonly report: Report
}

type Send = (request: UbRequest) => Promise<UbResponse>
type AkaSuccess = Extract<AkaResult, { outcome: 'success' }>
const clause = 'TS 24.109 4'
const noOctets = new Uint8Array()

/** The name for the next run, as long as the B-TID that it came with. TS 33.220 B.4. */
interface HeldTmpi {
  readonly tmpi: Tmpi
  readonly expires: Instant
}

/** What one run gives. */
interface RunResult {
  readonly user: Impi | Tmpi
  readonly bootstrap: UeBootstrap
  readonly tmpi: HeldTmpi | undefined
}

/** Ub at the UE, towards the BSF of this name; it is the host asked and the digest realm. TS 33.220 4.5.2. */
export const gbaOver = (bsf: Fqdn, ports: GbaPorts): GbaPort => new Gba(bsf, ports)

class Gba implements GbaPort {
  readonly #bsf: Fqdn
  readonly #ports: GbaPorts
  #tmpi: HeldTmpi | undefined

  constructor(bsf: Fqdn, ports: GbaPorts) {
    this.#bsf = bsf
    this.#ports = ports
  }

  async bootstrap(context?: string): Promise<UeBootstrap> {
    const { connect, timers, report, usim } = this.#ports
    const connection = connect()
    try {
      const run = this.#run((request) => connection.exchange(request, context))
      const result = await within(timers, ubTimers.run, run, ({ bootstrap }) => bootstrap.ks.erase())
      this.#tmpi = result.tmpi
      report({ ...reportOf(result, usim.impi), ...(context === undefined ? {} : { context }) })
      return result.bootstrap
    } finally {
      connection.close()
    }
  }

  /** Under the TMPI, if there is one; one that the BSF does not take is deleted, and the IMPI serves. TS 33.220 4.5.2. */
  async #run(send: Send): Promise<RunResult> {
    const runAs = (user: Impi | Tmpi) => new Run(this.#bsf, user, this.#ports, send).toTheEnd()
    const { clock, usim } = this.#ports
    const held = this.#tmpi
    if (!held || held.expires <= clock.now()) return runAs(usim.impi)
    try {
      return await runAs(held.tmpi)
    } catch (error) {
      if (!(error instanceof UserForbidden)) throw error
      this.#tmpi = undefined
      return runAs(usim.impi)
    }
  }
}

const reportOf = ({ user, bootstrap: { btid, expires, ks } }: RunResult, impi: Impi) => ({
  what: 'bootstrapped',
  fields: {
    impi: maskedImpi(impi),
    ...(isTmpi(user) ? { tmpi: shortTmpi(user) } : {}),
    btid: shortBTid(btid),
    expires: new Date(expires).toISOString(),
  },
  ...(ks.fingerprint === undefined ? {} : { keys: { Ks: ks.fingerprint } }),
})

class Run {
  readonly #bsf: Fqdn
  readonly #user: Impi | Tmpi
  readonly #ports: GbaPorts
  readonly #send: Send

  constructor(bsf: Fqdn, user: Impi | Tmpi, ports: GbaPorts, send: Send) {
    this.#bsf = bsf
    this.#user = user
    this.#ports = ports
    this.#send = send
  }

  /** Steps 1 to 4, with one resynchronisation at most. TS 33.220 4.5.2. */
  async toTheEnd(): Promise<RunResult> {
    const { usim } = this.#ports
    const first = await this.#send(this.#request({ nonce: '', response: '' }))
    let challenge = this.#challengeIn(first)
    let aka = await usim.authenticate(challenge.rand, challenge.autn)
    if (aka.outcome === 'synchronisation-failure') {
      challenge = this.#challengeIn(await this.#resynchronise(challenge, aka.auts))
      aka = await usim.authenticate(challenge.rand, challenge.autn)
    }
    if (aka.outcome === 'mac-failure')
      throw new BootstrappingFailed('the network did not authenticate itself: MAC of AUTN', 'TS 24.109 4.4')
    if (aka.outcome === 'synchronisation-failure')
      throw new BootstrappingFailed('SQN is out of range after resynchronisation too', 'TS 24.109 4.5')
    aka.commit()
    try {
      return await this.#respond(challenge, aka, this.#ports.tmpi && canUseTmpi(first.fields, 'Server'))
    } finally {
      wipe(aka.res)
    }
  }

  /** AUTS; the password of this response is empty. RFC 3310 3.4. */
  #resynchronise(challenge: AkaChallenge, auts: Uint8Array): Promise<UbResponse> {
    const input = this.#digestInput(challenge, noOctets)
    return this.#send(this.#answer(challenge, input, base64(auts)))
  }

  async #respond(challenge: AkaChallenge, { res, keys }: AkaSuccess, tmpi: boolean): Promise<RunResult> {
    const ks = ksAfter(keys, challenge.rand, this.#ports.usim.impi)
    try {
      const bootstrap = { ks, ...(await this.#named(challenge, res)) }
      return { user: this.#user, bootstrap, tmpi: tmpi ? await tmpiAfter(bootstrap) : undefined }
    } catch (error) {
      ks.erase()
      throw error
    }
  }

  /** B-TID and lifetime, from a BSF that knows RES too. */
  async #named(challenge: AkaChallenge, res: Uint8Array): Promise<Omit<UeBootstrap, 'ks'>> {
    const input = this.#digestInput(challenge, res)
    const response = await this.#send(this.#answer(challenge, input))
    const { btid, expires } = this.#infoIn(response, input)
    const created = this.#ports.clock.now()
    if (expires <= created) throw new BootstrappingFailed('the B-TID has expired already', clause)
    return { btid, created, expires }
  }

  #digestInput(challenge: AkaChallenge, password: Uint8Array): DigestInput {
    const { nc, qop, uri } = akaDigest
    const cnonce = hex(this.#ports.random.octets(8))
    const { realm, nonce } = challenge
    return { username: this.#user, realm, password, nonce, nc, cnonce, qop, uri, body: noOctets }
  }

  #answer(challenge: AkaChallenge, input: DigestInput, auts?: string): UbRequest {
    const { nonce, nc, cnonce } = input
    const { qop, algorithm } = akaDigest
    const response = requestDigest('GET', input)
    const { opaque } = challenge
    return this.#request({
      ...{ nonce, response, qop, nc, cnonce, algorithm },
      ...(opaque === undefined ? {} : { opaque }),
      ...(auts === undefined ? {} : { auts }),
    })
  }

  #request(
    parameters: Omit<Parameters<typeof writeCredentials>[0], 'username' | 'realm' | 'uri'>,
  ): UbRequest {
    const { uri } = akaDigest
    const authorization = writeCredentials({
      ...{ username: this.#user, realm: this.#bsf, uri },
      ...parameters,
    })
    return {
      method: 'GET',
      target: uri,
      fields: [
        ['Host', this.#bsf],
        ['User-Agent', products(this.#ports.tmpi)],
        ['Accept', '*/*'],
        ['Authorization', authorization],
      ],
      body: noOctets,
    }
  }

  /** The challenge of step 2; its realm must be the BSF that was asked. */
  #challengeIn(response: UbResponse): AkaChallenge {
    if (response.status !== 401) throw unexpected(response.status)
    const challenge = trusted(() => parseAkaChallenge(fieldValue(response.fields, 'WWW-Authenticate') ?? ''))
    if (challenge.realm !== this.#bsf) throw new BootstrappingFailed('challenge of another realm', clause)
    return challenge
  }

  /** The document of step 4, read only after the BSF proved that it is its own. RFC 2617 3.2.3. */
  #infoIn(response: UbResponse, request: DigestInput): BootstrappingInfo {
    if (response.status !== 200) throw unexpected(response.status)
    const info = trusted(() =>
      parseAuthenticationInfo(fieldValue(response.fields, 'Authentication-Info') ?? ''),
    )
    const rspauth = responseDigest({ ...request, body: response.body })
    if (
      info.cnonce !== request.cnonce ||
      info.nc !== request.nc ||
      info.qop !== request.qop ||
      !equalInConstantTime(utf8(info.rspauth ?? ''), utf8(rspauth))
    )
      throw new BootstrappingFailed('the answer is not proved to be of the BSF', 'RFC 2617 3.2.3')
    return trusted(() => parseBootstrappingInfo(response.body))
  }
}

/** The TMPI of a new Ks. TS 33.220 B.4. */
async function tmpiAfter({ btid, ks, expires }: UeBootstrap): Promise<HeldTmpi> {
  return { tmpi: tmpiFrom(await ks.nafKey(tmpiNafId(bTidDomain(btid)))), expires }
}

/** The BSF does not take this user; final for an IMPI. TS 24.109 4.3. */
class UserForbidden extends BootstrappingFailed {}

/** What `read` gives; octets that are no message of Ub end the run. */
function trusted<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof ProseError)) throw cause
    throw new BootstrappingFailed(`malformed answer: ${cause.message}`, clause, { cause })
  }
}

function unexpected(status: number): BootstrappingFailed | TemporaryFailure {
  const what = `the BSF answers ${status}`
  if (status >= 500) return new TemporaryFailure(what, clause)
  return status === 403 ? new UserForbidden(what, clause) : new BootstrappingFailed(what, clause)
}

import { base64, hex, utf8 } from '../../../core/bytes.ts'
import type { Clock, Random, Timers } from '../../../core/environment.ts'
import { BootstrappingFailed, ProseError, TemporaryFailure } from '../../../core/errors.ts'
import { shortBTid } from '../../../core/identities/b-tid.ts'
import type { Fqdn } from '../../../core/identities/fqdn.ts'
import { maskedImpi } from '../../../core/identities/subscriber.ts'
import { wipe } from '../../../core/keys.ts'
import type { Report } from '../../../core/tap.ts'
import { equalInConstantTime } from '../../../crypto/constant-time.ts'
import { requestDigest, responseDigest, type DigestInput } from '../../../crypto/digest-response.ts'
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
import { ubTimers } from '../../../reference-points/ub/timers.ts'
import { parseAuthenticationInfo, writeCredentials } from '../../../wire/http-digest/digest-headers.ts'
import { within } from '../deadline.ts'
import type { AkaResult, GbaPort, UeBootstrap, Usim } from '../ports.ts'
import { ksAfter } from './held-ks.ts'

export interface GbaPorts {
  readonly usim: Usim
  /** A connection to the BSF for one run. */
  readonly connect: () => UbConnection
  readonly clock: Clock
  readonly random: Random
  readonly timers: Timers
  readonly report: Report
}

type AkaSuccess = Extract<AkaResult, { outcome: 'success' }>
const clause = 'TS 24.109 4'
const noOctets = new Uint8Array()

/** Ub at the UE, towards the BSF of this name; it is the host asked and the digest realm. TS 33.220 4.5.2. */
export const gbaOver = (bsf: Fqdn, ports: GbaPorts): GbaPort => ({
  bootstrap: (context) => bootstrap(bsf, ports, context),
})

async function bootstrap(bsf: Fqdn, ports: GbaPorts, context?: string): Promise<UeBootstrap> {
  const connection = ports.connect()
  try {
    const run = new Run(bsf, ports, (request) => connection.exchange(request, context))
    const result = await within(ports.timers, ubTimers.run, run.toTheEnd())
    ports.report({
      what: 'bootstrapped',
      fields: {
        impi: maskedImpi(ports.usim.impi),
        btid: shortBTid(result.btid),
        expires: new Date(result.expires).toISOString(),
      },
      ...(result.ks.fingerprint === undefined ? {} : { keys: { Ks: result.ks.fingerprint } }),
      ...(context === undefined ? {} : { context }),
    })
    return result
  } finally {
    connection.close()
  }
}

class Run {
  readonly #bsf: Fqdn
  readonly #ports: GbaPorts
  readonly #send: (request: UbRequest) => Promise<UbResponse>

  constructor(bsf: Fqdn, ports: GbaPorts, send: (request: UbRequest) => Promise<UbResponse>) {
    this.#bsf = bsf
    this.#ports = ports
    this.#send = send
  }

  /** Steps 1 to 4, with one resynchronisation at most. TS 33.220 4.5.2. */
  async toTheEnd(): Promise<UeBootstrap> {
    const { usim } = this.#ports
    let challenge = this.#challengeIn(await this.#send(this.#request({ nonce: '', response: '' })))
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
      return await this.#respond(challenge, aka)
    } finally {
      wipe(aka.res)
    }
  }

  /** AUTS; the password of this response is empty. RFC 3310 3.4. */
  #resynchronise(challenge: AkaChallenge, auts: Uint8Array): Promise<UbResponse> {
    const input = this.#digestInput(challenge, noOctets)
    return this.#send(this.#answer(challenge, input, base64(auts)))
  }

  async #respond(challenge: AkaChallenge, { res, keys }: AkaSuccess): Promise<UeBootstrap> {
    const { rand } = challenge
    const ks = ksAfter(keys, rand, this.#ports.usim.impi)
    try {
      return { ks, ...(await this.#named(challenge, res)) }
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
    return { username: this.#ports.usim.impi, realm, password, nonce, nc, cnonce, qop, uri, body: noOctets }
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
      ...{ username: this.#ports.usim.impi, realm: this.#bsf, uri },
      ...parameters,
    })
    return {
      method: 'GET',
      target: uri,
      fields: [
        ['Host', this.#bsf],
        ['User-Agent', 'Sidelock'],
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

/** What `read` gives; octets that are no message of Ub end the run. */
function trusted<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof ProseError)) throw cause
    throw new BootstrappingFailed(`malformed answer: ${cause.message}`, clause, { cause })
  }
}

const unexpected = (status: number): BootstrappingFailed | TemporaryFailure =>
  status >= 500
    ? new TemporaryFailure(`the BSF answers ${status}`, clause)
    : new BootstrappingFailed(`the BSF answers ${status}`, clause)

import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../../../src/core/bytes.ts'
import { Rand } from '../../../src/core/aka.ts'
import {
  BTidUnknown,
  KeyRequestFailed,
  MacMismatch,
  NotAuthorised,
  Pc8IdentityRefused,
} from '../../../src/core/errors.ts'
import { bTidOf, type BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { nafIdOf, uaIds } from '../../../src/core/identities/naf-id.ts'
import { Impi } from '../../../src/core/identities/subscriber.ts'
import { Ks } from '../../../src/core/keys.ts'
import { hours, Instant, later } from '../../../src/core/units.ts'
import { deriveKsNaf } from '../../../src/crypto/gba-keys.ts'
import { DigestServer } from '../../../src/entities/naf/digest-server.ts'
import { NafKeys } from '../../../src/entities/naf/naf-keys.ts'
import { Bootstrapping } from '../../../src/entities/ue/bootstrapping.ts'
import { BTidMemory } from '../../../src/entities/ue/b-tid-memory.ts'
import { ksInMe } from '../../../src/entities/ue/gba/held-ks.ts'
import type { UaConnect, UeBootstrap } from '../../../src/entities/ue/ports.ts'
import { getDocument, type DocumentWish } from '../../../src/entities/ue/ua.ts'
import type { HttpResponse } from '../../../src/wire/http.ts'

const naf = Fqdn('naf.example.org')
const bsf = Fqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org')
const impi = Impi('001010000000001@ims.mnc001.mcc001.3gppnetwork.org')
const now = Instant(Date.UTC(2030, 0, 1))
const clock = { now: () => now }
const ks = (nth: number) => Ks(new Uint8Array(32).fill(nth))
const rand = (nth: number) => Rand(new Uint8Array(16).fill(nth))
const wish: DocumentWish = { naf, scheme: 'http', host: naf, target: '/doc' }

/** A UE whose nth bootstrapping has the nth B-TID. */
function ue() {
  const btids: BTid[] = []
  const gba = {
    bootstrap(): Promise<UeBootstrap> {
      const nth = btids.length + 1
      btids.push(bTidOf(rand(nth), bsf))
      const held = ksInMe(ks(nth), rand(nth), impi)
      return Promise.resolve({
        btid: bTidOf(rand(nth), bsf),
        ks: held,
        created: now,
        expires: later(now, hours(1)),
      })
    },
  }
  const timers = { after: () => () => undefined }
  const bootstrapping = new Bootstrapping({ gba, clock, timers }, new BTidMemory())
  return {
    btids,
    ports: { bootstrapping, random: { octets: (count: number) => new Uint8Array(count).fill(1) } },
  }
}

const responseOf = (status: number, fields: HttpResponse['fields'], body = ''): HttpResponse => ({
  ...{ status, fields, body: utf8(body) },
})

/** A NAF whose BSF knows these B-TIDs; `tamper` stands in the path of its answers. */
function nafThatKnows(known: readonly number[], tamper = (response: HttpResponse) => response): UaConnect {
  let drawn = 0
  const keys = new NafKeys({
    ...{ fqdn: naf, clock },
    ask({ btid, nafId }) {
      const nth = known.find((one) => bTidOf(rand(one), bsf) === btid)
      if (nth === undefined) return Promise.reject(new BTidUnknown('unknown'))
      const meKeyMaterial = deriveKsNaf(ks(nth), rand(nth), impi, nafId)
      return Promise.resolve({ meKeyMaterial, keyExpiry: later(now, hours(1)), creation: now, ussList: [] })
    },
  })
  const random = { octets: (count: number) => new Uint8Array(count).fill(++drawn) }
  const server = new DigestServer({ fqdn: naf, keys, clock, random })
  return () =>
    Promise.resolve({
      async exchange(request) {
        const checked = await server.check(request)
        if (checked.outcome === 'refused') return responseOf(checked.status, [])
        if (checked.outcome === 'challenge')
          return tamper(responseOf(401, [['WWW-Authenticate', checked.wwwAuthenticate]]))
        const info = checked.authenticationInfo(utf8('<doc/>'))
        return tamper(responseOf(200, [['Authentication-Info', info]], '<doc/>'))
      },
      close: () => undefined,
    })
}

const changed = (from: string, to: string) => (response: HttpResponse) => ({
  ...response,
  fields: response.fields.map(([name, value]) => [name, value.replace(from, to)] as const),
})

describe('a UE at a NAF, over HTTP Digest', () => {
  it('bootstraps once, and proves that it holds Ks_NAF', async () => {
    const { btids, ports } = ue()
    const connect = nafThatKnows([1])
    const got = await getDocument(wish, connect, ports)
    expect(got).toMatchObject({ status: 200, proof: 'digest', btid: btids[0] })
    expect(fromUtf8(got.body)).toBe('<doc/>')
    await getDocument(wish, connect, ports)
    expect(btids).toHaveLength(1)
  })

  it('bootstraps again when the NAF takes its B-TID no longer (TS 24.109 5.2.5), and once only', async () => {
    const again = ue()
    expect(await getDocument(wish, nafThatKnows([2]), again.ports)).toMatchObject({ btid: again.btids[1] })
    const never = ue()
    await expect(getDocument(wish, nafThatKnows([]), never.ports)).rejects.toBeInstanceOf(NotAuthorised)
    expect(never.btids).toHaveLength(2)
  })

  it('does not bootstrap for a nonce that is stale', async () => {
    const { btids, ports } = ue()
    let first = true
    const oldNonce = (response: HttpResponse) => {
      if (!first) return response
      first = false
      return changed('nonce="', 'nonce="x')(response)
    }
    expect(await getDocument(wish, nafThatKnows([1], oldNonce), ports)).toMatchObject({ status: 200 })
    expect(btids).toHaveLength(1)
  })

  it.each([
    ['another NAF', changed('@naf.', '@other.')],
    ['another algorithm', changed('MD5', 'SHA-256')],
    ['no protection of the body', changed('auth-int', 'auth')],
  ])('answers no challenge of %s', async (_, tamper) => {
    const { btids, ports } = ue()
    await expect(getDocument(wish, nafThatKnows([1], tamper), ports)).rejects.toBeInstanceOf(KeyRequestFailed)
    expect(btids).toEqual([])
  })

  it.each([
    ['another body', (response: HttpResponse) => ({ ...response, body: utf8('<other/>') })],
    ['another proof', changed('rspauth="', 'rspauth="0')],
    [
      'no proof',
      (response: HttpResponse) => (response.status === 200 ? { ...response, fields: [] } : response),
    ],
  ])('believes no document with %s', async (_, tamper) => {
    const answer = getDocument(
      wish,
      nafThatKnows([1], (response) => (response.status === 401 ? response : tamper(response))),
      ue().ports,
    )
    await expect(answer).rejects.toBeInstanceOf(MacMismatch)
  })
})

describe('a UE at a NAF, over TLS', () => {
  const overTls = { ...wish, scheme: 'https' } as const

  it('opens it with the keys of its B-TID under the Ua ids of TLS, which are erased', async () => {
    const { ports } = ue()
    const offered: Uint8Array[] = []
    const got = await getDocument(
      overTls,
      (association) => {
        if (!association) throw new Error('no association')
        expect([...association.tls13Key]).toEqual([
          ...deriveKsNaf(ks(1), rand(1), impi, nafIdOf(naf, uaIds.tls13)),
        ])
        offered.push(association.tls13Key, association.tls12Key)
        return Promise.resolve({
          exchange: () => Promise.resolve(responseOf(200, [])),
          close: () => undefined,
        })
      },
      ports,
    )
    expect(got).toMatchObject({ status: 200, proof: 'tls' })
    expect(offered.map((key) => key.every((octet) => octet === 0))).toEqual([true, true])
  })

  it('bootstraps again when its B-TID is refused, and once only', async () => {
    const { btids, ports } = ue()
    const refuse = () => Promise.reject(new Pc8IdentityRefused('alert 115'))
    await expect(getDocument(overTls, refuse, ports)).rejects.toBeInstanceOf(NotAuthorised)
    expect(btids).toHaveLength(2)
  })
})

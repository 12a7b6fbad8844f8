import { fromHex } from '../../../src/core/bytes.ts'
import { BTidUnknown } from '../../../src/core/errors.ts'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { KsNaf } from '../../../src/core/keys.ts'
import { hours, Instant, later, type Seconds } from '../../../src/core/units.ts'
import { NafKeys } from '../../../src/entities/naf/naf-keys.ts'
import type { BootstrappingInfoRequest } from '../../../src/reference-points/zn/exchange.ts'

export const fqdn = Fqdn('naf.example.org')
export const btid = BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
export const otherBTid = BTid('AAAAAAAAAAAAAAAAAAAAAA==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
export const start = Instant(Date.UTC(2030, 0, 1))
export const keyHex = 'a158dffc3bddf47a001e5f33f19dd07f358203e43265993f31f838f6b397df09'

/** The keys of a NAF whose BSF knows one B-TID for an hour, or fails as told. */
export function nafKeys(failure?: Error) {
  let now = start
  const clock = { now: () => now }
  const asked: BootstrappingInfoRequest[] = []
  const given: KsNaf[] = []
  const keys = new NafKeys({
    ...{ fqdn, clock },
    ask: (request) => {
      asked.push(request)
      if (failure) return Promise.reject(failure)
      if (request.btid !== btid) return Promise.reject(new BTidUnknown('unknown'))
      const meKeyMaterial = KsNaf(fromHex(keyHex))
      given.push(meKeyMaterial)
      return Promise.resolve({ meKeyMaterial, keyExpiry: later(now, hours(1)), creation: now, ussList: [] })
    },
  })
  return { keys, clock, asked, given, wait: (duration: Seconds) => (now = later(now, duration)) }
}

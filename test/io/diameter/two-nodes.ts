import { afterEach } from 'vitest'
import type { Timers } from '../../../src/core/environment.ts'
import { fromUtf8 } from '../../../src/core/bytes.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { milliseconds } from '../../../src/core/units.ts'
import { DiameterNode, type DiameterEvent, type DiameterNodeOptions } from '../../../src/io/diameter/node.ts'
import type { DiameterSecurity } from '../../../src/io/diameter/security.ts'
import { newCaCertificate, newHostCertificate } from '../../../src/io/lab/certificates.ts'
import { newPrivateKey } from '../../../src/io/lab/private-key.ts'
import { systemClock, systemRandom } from '../../../src/io/system.ts'
import { bootstrappingInfo } from '../../../src/reference-points/zn/bootstrapping-info.ts'

export const realm = Fqdn('epc.mnc001.mcc001.3gppnetwork.org')
export const kmfHost = Fqdn(`pkmf1.${realm}`)
export const bsfHost = Fqdn(`bsf1.${realm}`)
export const zn = bootstrappingInfo.command.applicationId

const authorityKey = newPrivateKey()
const authority = await newCaCertificate(authorityKey, systemClock.now())

/** Key and certificate of a throw-away authority, for this name. */
export async function certified(host: string): Promise<DiameterSecurity> {
  const key = newPrivateKey()
  const cert = await newHostCertificate(host, key, authorityKey, systemClock.now())
  return { ca: fromUtf8(authority), cert: fromUtf8(cert), key: fromUtf8(key) }
}

const realTimers: Timers = {
  after(delay, expire) {
    const timer = setTimeout(expire, delay)
    return () => clearTimeout(timer)
  },
}

export interface Observed {
  readonly node: DiameterNode
  readonly events: DiameterEvent[]
  readonly counted: string[]
}

const running = new Set<DiameterNode>()
afterEach(async () => {
  await Promise.all([...running].map((node) => node.close()))
  running.clear()
})

/** A node that is closed after the test; `events` stay empty unless it is observed. */
export async function nodeOf(
  host: Fqdn,
  more: Partial<DiameterNodeOptions> = {},
  isObserved = true,
): Promise<Observed> {
  const events: DiameterEvent[] = []
  const counted: string[] = []
  const node = new DiameterNode({
    identity: {
      originHost: host,
      originRealm: realm,
      hostIpAddresses: ['127.0.0.1'],
      productName: 'Sidelock',
      originStateId: 1,
      applications: [zn],
    },
    security: more.security ?? (await certified(host)),
    clock: systemClock,
    timers: realTimers,
    random: systemRandom,
    ...(isObserved && { onMessage: (event) => events.push(event) }),
    count: (counter) => counted.push(counter),
    intervals: { firstReconnect: milliseconds(10), draining: milliseconds(10) },
    ...more,
  })
  running.add(node)
  return { node, events, counted }
}

export async function stopped({ node }: Observed): Promise<void> {
  running.delete(node)
  await node.close()
}

export const loopback = { host: '127.0.0.1', port: 0 }

/** Looks again and again until it holds; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** A KMF that connects to a BSF, both up. */
export async function kmfAndBsf(
  more: { kmf?: Partial<DiameterNodeOptions>; bsf?: Partial<DiameterNodeOptions> } = {},
) {
  const bsf = await nodeOf(bsfHost, more.bsf)
  const kmf = await nodeOf(kmfHost, more.kmf)
  const address = await bsf.node.listen(loopback)
  bsf.node.addPeer({ host: kmfHost, realm, applications: [zn] })
  kmf.node.addPeer({ host: bsfHost, realm, applications: [zn], address })
  await kmf.node.whenAvailable(bsfHost)
  return { kmf, bsf, address }
}

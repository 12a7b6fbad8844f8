import { shortBTid } from '../core/identities/b-tid.ts'
import { hexOf24 } from '../core/identities/prose.ts'
import { maskedImpi, maskedImsi } from '../core/identities/subscriber.ts'
import { nafUaId } from '../core/identities/naf-id.ts'
import { hex } from '../core/bytes.ts'
import { wipe } from '../core/keys.ts'
import { sqnHex } from '../core/sequence-number.ts'
import type { Fields } from '../core/tap.ts'
import type { Instant } from '../core/units.ts'
import { fingerprint } from '../crypto/fingerprint.ts'
import type { BootstrapStore } from '../entities/bsf/ports.ts'
import type { SubscriberStore } from '../entities/hss/ports.ts'
import type { Ue } from '../entities/ue/ue.ts'
import type { KmfStore } from '../io/store/kmf-store.ts'
import { algorithmName } from '../reference-points/pc5/security-capabilities.ts'
import type { ConfiguredUe } from './ue-node.ts'

/** Rows of one list; a store may hold millions. */
const most = 200

const date = (instant: Instant): string => new Date(instant).toISOString()

/** Its subscribers, each with the last SQN that went out: K is there and is never shown. */
export async function hssView(subscribers: SubscriberStore): Promise<Fields> {
  const page = await subscribers.page(undefined, most)
  const sqns = await Promise.all(
    page.map(async ({ imsi }) => {
      const last = await subscribers.lastSqn(imsi)
      return last === undefined ? null : sqnHex(last)
    }),
  )
  return {
    subscribers: page.map(({ imsi, aka, gba, prose }, at) => ({
      ...{ imsi: maskedImsi(imsi), algorithm: aka.algorithm, gba, k: 'held', sqn: sqns[at] ?? null },
      ...{ permissions: [...(prose?.permissions ?? [])], publicSafety: prose?.publicSafety ?? false },
    })),
  }
}

/** Its bootstrapping contexts. */
export async function bsfView(bootstraps: BootstrapStore, now: Instant): Promise<Fields> {
  const all = await bootstraps.list(now)
  const contexts = all.slice(-most).map(({ btid, impi, ks, created, expires }) => ({
    ...{ btid: shortBTid(btid), impi: maskedImpi(impi), keys: { Ks: fingerprint(ks) } },
    ...{ created: date(created), expires: date(expires) },
  }))
  for (const { ks } of all) wipe(ks)
  return { contexts }
}

/** B-TIDs with their NAF keys, also those that expired, and who may link with whom. */
export async function kmfView({ keys, authorisations }: KmfStore, now: Instant): Promise<Fields> {
  const all = await keys.list(now)
  const contexts = all.slice(-most).map(({ btid, imsi, created, expires, keys: held }) => ({
    ...{ btid: shortBTid(btid), imsi: imsi === undefined ? null : maskedImsi(imsi) },
    keys: held.map(({ nafId, key }) => ({ uaId: hex(nafUaId(nafId)), Ks_NAF: fingerprint(key) })),
    ...{ created: date(created), expires: date(expires), state: expires <= now ? 'expired' : 'valid' },
  }))
  for (const row of all) for (const { key } of row.keys) wipe(key)
  const permissions = (await authorisations.page(undefined, most)).map(({ imsi, mayLinkWith }) => ({
    ...{ imsi: maskedImsi(imsi), mayLinkWith: [...mayLinkWith] },
  }))
  return { contexts, permissions }
}

/** Its B-TID, its links and the timers that run. */
export function ueView({ subscriber, ue: { discovery } }: ConfiguredUe, ue: Ue): Fields {
  return {
    ...{ imsi: maskedImsi(subscriber.imsi), layer2Id: hexOf24(ue.layer2Id), discovery },
    bTid: ue.btid === undefined ? null : shortBTid(ue.btid),
    links: ue
      .links()
      .map(({ label, peer, algorithms: { eea, eia }, kdSessId, expires, keys, pdus, ...link }) => ({
        ...{ link: label, peer: hexOf24(peer), role: link.role, peerIdentity: link.peerIdentity },
        ...{ eea: algorithmName('EEA', eea), eia: algorithmName('EIA', eia), keys, pdus },
        ...{
          kdSessId: kdSessId.toString(16).padStart(4, '0'),
          rekeyings: link.rekeyings,
          expires: date(expires),
        },
      })),
    timers: ue.timers().map(({ link, timer, ends }) => ({ link, timer, ends: date(ends) })),
  }
}

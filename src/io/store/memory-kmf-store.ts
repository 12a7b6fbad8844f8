import { equalOctets, hex } from '../../core/bytes.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import { Plmn } from '../../core/identities/plmn.ts'
import { Imsi } from '../../core/identities/subscriber.ts'
import { KsNaf, wipe } from '../../core/keys.ts'
import { Instant } from '../../core/units.ts'
import type {
  AuthorisationStore,
  DecisionStore,
  KmfSubscriber,
  NafKeyRow,
  NafKeyStore,
  PeerPlmnStore,
  PushedGpi,
  PushedGpiStore,
} from '../../entities/kmf/ports.ts'

/** Who asks may wipe the keys that he gets, who puts those he gave. */
const copyOf = (row: NafKeyRow): NafKeyRow => ({
  ...row,
  keys: row.keys.map(({ nafId, key }) => ({ nafId, key: KsNaf(key) })),
})

/** The row of a B-TID with what a new one adds to it. */
const merged = (kept: NafKeyRow | undefined, row: NafKeyRow): NafKeyRow => ({
  ...kept,
  ...row,
  keys: [
    ...(kept?.keys.filter((old) => !row.keys.some((key) => equalOctets(key.nafId, old.nafId))) ?? []),
    ...row.keys,
  ],
})

/** For simulations: gone with the process. */
export function memoryNafKeyStore(): NafKeyStore {
  const rows = new Map<BTid, NafKeyRow>()
  const erased = new Set<BTid>()
  const seenAt = (row: NafKeyRow, now: Instant): NafKeyRow =>
    row.expires <= now ? { ...row, keys: [] } : copyOf(row)

  function drop(row: NafKeyRow): boolean {
    erased.delete(row.btid)
    return rows.delete(row.btid)
  }

  function add(row: NafKeyRow): void {
    rows.set(row.btid, merged(rows.get(row.btid), row))
    erased.delete(row.btid)
    for (const other of [...rows.values()])
      if (row.imsi !== undefined && other.imsi === row.imsi && other.btid !== row.btid)
        if (erased.has(other.btid) || other.expires <= row.created) drop(other)
  }

  /** Keys go; the row of an IMSI stays unless that has a newer one: only the last used B-TID is kept (seed, 6.X.3.2). */
  function erase(row: NafKeyRow): void {
    rows.set(row.btid, { ...row, keys: [] })
    erased.add(row.btid)
    const isReplaced = [...rows.values()].some(
      (other) => other.imsi === row.imsi && other.created > row.created,
    )
    if (row.imsi === undefined || isReplaced) drop(row)
  }

  return {
    put(row) {
      add(copyOf(row))
      return Promise.resolve()
    },
    find(btid, now) {
      const row = rows.get(btid)
      return Promise.resolve(row && seenAt(row, now))
    },
    list: (now) =>
      Promise.resolve(
        [...rows.values()].sort((a, b) => a.created - b.created).map((row) => seenAt(row, now)),
      ),
    forget(btid) {
      const row = rows.get(btid)
      return Promise.resolve(row !== undefined && drop(row))
    },
    eraseExpired(now, limit) {
      const expired = [...rows.values()]
        .filter((row) => row.expires <= now && !erased.has(row.btid))
        .slice(0, limit)
      expired.forEach(erase)
      return Promise.resolve(expired.length)
    },
  }
}

/** For simulations: gone with the process. */
export function memoryAuthorisationStore(): AuthorisationStore {
  const rows = new Set<string>()
  const gbaU = new Set<Imsi>()
  const granted = () =>
    [...rows].sort().map((row) => {
      const [imsi = '', plmn = ''] = row.split(' ')
      return { imsi: Imsi(imsi), plmn: plmn === '*' ? ('*' as const) : Plmn(plmn) }
    })
  const rowsOf = (imsi: Imsi) => granted().filter((row) => row.imsi === imsi)
  const subscriberOf = (imsi: Imsi): KmfSubscriber => ({
    ...{ imsi, usesGbaU: gbaU.has(imsi), mayLinkWith: rowsOf(imsi).map(({ plmn }) => plmn) },
  })

  function remove(imsi: Imsi): boolean {
    const kept = rowsOf(imsi)
    for (const { plmn } of kept) rows.delete(`${imsi} ${plmn}`)
    return gbaU.delete(imsi) || kept.length > 0
  }

  function put({ imsi, usesGbaU, mayLinkWith }: KmfSubscriber): void {
    remove(imsi)
    if (usesGbaU) gbaU.add(imsi)
    for (const plmn of mayLinkWith) rows.add(`${imsi} ${plmn}`)
  }

  return {
    putAll(subscribers) {
      subscribers.forEach(put)
      return Promise.resolve()
    },
    remove: (imsi) => Promise.resolve(remove(imsi)),
    page(after = '' as Imsi, limit) {
      const imsis = new Set([...gbaU, ...granted().map(({ imsi }) => imsi)])
      const next = [...imsis].sort().filter((imsi) => imsi > after)
      return Promise.resolve(next.slice(0, limit).map(subscriberOf))
    },
    usesGbaU: (imsi) => Promise.resolve(gbaU.has(imsi)),
    grant: (imsi, plmn) => Promise.resolve(void rows.add(`${imsi} ${plmn}`)),
    revoke: (imsi, plmn) => Promise.resolve(rows.delete(`${imsi} ${plmn}`)),
    mayLink: (imsi, plmn) => Promise.resolve(rows.has(`${imsi} ${plmn}`) || rows.has(`${imsi} *`)),
    list: (imsi) => Promise.resolve(granted().filter((row) => imsi === undefined || row.imsi === imsi)),
  }
}

/** What two stores say, one after the other. */
export function decisionsOf(keys: NafKeyStore, authorisations: AuthorisationStore): DecisionStore {
  const mayLink = (imsi: Imsi | undefined, plmn: Plmn) =>
    imsi === undefined ? Promise.resolve(false) : authorisations.mayLink(imsi, plmn)
  return {
    async ue1(btid, now, nafId, plmn) {
      const found = await keys.find(btid, now)
      if (!found) return undefined
      const isWanted = ({ nafId: its }: NafKeyRow['keys'][number]) => equalOctets(its, nafId)
      const row = { ...found, keys: found.keys.filter(isWanted) }
      wipe(...found.keys.filter((key) => !isWanted(key)).map(({ key }) => key))
      return { row, mayLink: await mayLink(row.imsi, plmn) }
    },
    async ue2({ btid, imsi }, plmn) {
      const found = await keys.find(btid, latest)
      return { mayLink: await mayLink(imsi, plmn), ...(found && { ussList: found.ussList }) }
    },
  }
}

/** Then a row gives no keys. */
const latest = Instant(Number.MAX_SAFE_INTEGER)

/** For simulations: gone with the process. */
export function memoryPushedGpiStore(): PushedGpiStore {
  const until = new Map<string, Instant>()
  const nameOf = ({ rand, ...ues }: PushedGpi) => `${hex(rand)} ${JSON.stringify(ues)}`
  return {
    add: (gpi, expires) => Promise.resolve(void until.set(nameOf(gpi), expires)),
    take(gpi, now) {
      const expires = until.get(nameOf(gpi))
      return Promise.resolve(expires !== undefined && expires >= now && until.delete(nameOf(gpi)))
    },
    forgetExpired(now, limit) {
      const expired = [...until].filter(([, expires]) => expires < now).slice(0, limit)
      for (const [name] of expired) until.delete(name)
      return Promise.resolve(expired.length)
    },
  }
}

/** For simulations: gone with the process. */
export function memoryPeerPlmnStore(): PeerPlmnStore {
  const records = new Map<Plmn, string>()
  let revision = 0
  const all = () => [...records].sort().map(([plmn, record]) => ({ plmn, record }))
  return {
    revision: () => Promise.resolve(revision),
    read: () => Promise.resolve({ revision, peers: all() }),
    change: (decide) =>
      new Promise((resolve) => {
        const { put, remove } = decide(all())
        for (const { plmn, record } of put) records.set(plmn, record)
        for (const plmn of remove) records.delete(plmn)
        revision++
        resolve()
      }),
  }
}

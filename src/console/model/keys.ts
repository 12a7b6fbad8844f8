import { fieldWord } from '../../ladder/facts.ts'
import { projectValues } from '../../core/project-values.ts'
import type { MessageLine, StateLine } from './lines.ts'
import type { Run } from './run.ts'

/** `holds` has it; `derives` can make it again when asked; `wiped` had it. */
export type Holding = 'holds' | 'derives' | 'wiped'

export interface Key {
  readonly name: string
  /** Undefined for K, which has none. */
  readonly fingerprint: string | undefined
  /** The key that it was derived from. */
  readonly parent: string | undefined
  /** What tells it from others of its name: a subscriber, a NAF, a KD-sess ID, an algorithm. */
  readonly detail: string
  /** ISO 8601, or what ends it. */
  readonly until: string
  readonly holders: Readonly<Record<string, Holding>>
  /** Node to the message after which it wiped the key. */
  readonly wipedAt: Readonly<Record<string, number>>
}

/** A key in the order of the tree, `depth` from 1. */
export interface KeyRow extends Key {
  readonly id: string
  readonly depth: number
  readonly expired: boolean
}

type Mutable = { -readonly [Name in keyof Key]: Key[Name] } & {
  holders: Record<string, Holding>
  wipedAt: Record<string, number>
}
/** What tells a Ks of GBA push from one of bootstrapping. */
const pushDetail = 'GBA push'

type More = Partial<Pick<Key, 'detail' | 'until' | 'parent'>>

/** Who holds which key after message `n`, as the lines up to there tell it. */
export function keysAt(run: Run, n: number): readonly KeyRow[] {
  const fold = new Fold(run)
  let at = 0
  for (const state of run.states) {
    if (state.n > n) break
    while (at < run.messages.length && (run.messages[at]?.n ?? 0) <= state.n) fold.message(run.messages[at++])
    fold.state(state)
  }
  while (at < run.messages.length && (run.messages[at]?.n ?? Infinity) <= n) fold.message(run.messages[at++])
  return fold.rows(run.began + run.timeAt(n))
}

class Fold {
  readonly #keys = new Map<string, Mutable>()
  readonly #nodes: ReadonlySet<string>
  /** IMSI or IMPI as masked to the node that holds K. */
  readonly #owners = new Map<string, string>()
  readonly #hssOf = new Map<string, string>()
  readonly #session = new Map<string, string>()
  readonly #began: number
  #pdk: string | undefined
  /** The last message so far. */
  #n = 0

  constructor(run: Run) {
    this.#began = run.began
    this.#nodes = new Set(run.lanes.map(({ node }) => node))
    for (const { node, what, fields } of run.states)
      if (what === 'bootstrapped' && node.startsWith('ue')) this.#owners.set(fieldWord(fields, 'impi'), node)
  }

  state(line: StateLine): void {
    const handler = handlers[line.what]
    this.#n = line.n
    if (handler) handler(this, line, line.keys ?? {})
  }

  message(line: MessageLine | undefined): void {
    if (!line) return
    this.#n = line.n
    if (line.name === 'PKA' && 'ProSe-Direct-Key' in line.fields) {
      this.#hold(this.#pdk, line.to, 'holds')
      this.#gaveAway(line.from)
    }
    if (line.name !== 'PROSE_DIRECT_KEY_RESPONSE' || line.fields['pdk'] === undefined) return
    const pdk = `PDK ${fieldWord(line.fields, 'pdk')}`
    this.#hold(pdk, line.from, 'wiped')
    this.#hold(pdk, line.to, 'holds')
  }

  /** Of a PDK that left KMF-1 it keeps the NAF key to derive it again; a pushed one serves one PDK. */
  #gaveAway(kmf: string): void {
    const pdk = this.#key(this.#pdk)
    const ksNaf = this.#key(pdk?.parent)
    if (!pdk || !ksNaf || this.#key(ksNaf.parent)?.detail !== pushDetail) return
    this.#hold(this.#pdk, kmf, 'wiped')
    this.#hold(pdk.parent, kmf, 'wiped')
  }

  /** A node holds nothing of this B-TID any more: neither Ks nor what was derived of it. */
  forgotten({ node, fields }: StateLine): void {
    for (const [id, key] of this.#ofBTid(fieldWord(fields, 'btid')))
      if (key.holders[node] !== undefined) this.#hold(id, node, 'wiped')
  }

  /** It serves nothing any more, and the UE erases its Ks. */
  expired({ fields, ms }: StateLine): void {
    for (const [id, key] of this.#ofBTid(fieldWord(fields, 'btid'))) {
      key.until = new Date(this.#began + ms).toISOString()
      for (const node of Object.keys(key.holders)) if (node.startsWith('ue')) this.#hold(id, node, 'wiped')
    }
  }

  /** Its Ks and the NAF keys below. */
  #ofBTid(btid: string): readonly (readonly [string, Mutable])[] {
    const all = [...this.#keys]
    const roots = all.filter(([, { name, detail }]) => name === 'Ks' && detail === `B-TID ${btid}`)
    return all.filter(([id, { parent }]) => roots.some(([root]) => root === id || root === parent))
  }

  vector({ node, fields }: StateLine): void {
    const owner = this.#ownerOf(fieldWord(fields, 'imsi'))
    this.#hssOf.set(owner, node)
    this.#root(owner)
  }

  bootstrapped({ node, fields }: StateLine, ks: string | undefined): void {
    const owner = this.#ownerOf(fieldWord(fields, 'impi'))
    const parent = this.#root(owner)
    this.#put('Ks', ks, {
      parent,
      detail: `B-TID ${fieldWord(fields, 'btid')}`,
      until: fieldWord(fields, 'expires'),
    })
    this.#hold(`Ks ${ks}`, node, 'holds')
  }

  pushed(line: StateLine, ks: string | undefined, ksNaf: string | undefined): void {
    const { node, fields } = line
    const owner = this.#ownerOf(fieldWord(fields, 'impi'))
    const until = fieldWord(fields, 'expires')
    this.#put('Ks', ks, { parent: this.#root(owner), detail: pushDetail, until })
    this.nafKey(line, ks, ksNaf, until)
    // It serves one NAF once. TS 33.223 3.1.
    this.#hold(`Ks ${ks}`, node, 'wiped')
    this.#hold(`Ks_NAF ${ksNaf}`, node, 'wiped')
  }

  nafKey(
    { node, fields }: StateLine,
    ks: string | undefined,
    ksNaf: string | undefined,
    until?: string,
  ): void {
    const isRoot = fields['uaId'] === projectValues.uaIdProse.value
    const parent = `Ks ${ks}`
    this.#put('Ks_NAF', ksNaf, {
      parent,
      detail: isRoot ? 'root of the PDK' : 'TLS of PC8',
      until: until ?? this.#keys.get(parent)?.until ?? '',
    })
    this.#hold(`Ks_NAF ${ksNaf}`, node, 'derives')
    const to = fieldWord(fields, 'to').split('.', 1)[0] ?? ''
    if (this.#nodes.has(to)) this.#hold(`Ks_NAF ${ksNaf}`, to, 'holds')
    for (const [holder, how] of Object.entries(this.#keys.get(parent)?.holders ?? {}))
      if (how === 'holds' && holder !== node)
        this.#hold(`Ks_NAF ${ksNaf}`, holder, isRoot ? 'derives' : 'holds')
  }

  held({ node }: StateLine, ksNaf: string | undefined): void {
    if (ksNaf === undefined) return
    this.#put('Ks_NAF', ksNaf, {})
    this.#hold(`Ks_NAF ${ksNaf}`, node, 'holds')
  }

  derived(line: StateLine, pdk: string | undefined, ksNaf: string | undefined): void {
    this.held(line, ksNaf)
    const { node, fields } = line
    const detail = `for UE-2 ID ${fieldWord(fields, 'ue2Id')}`
    this.#put('PDK', pdk, { parent: `Ks_NAF ${ksNaf}`, detail, until: fieldWord(fields, 'keyExpiry') })
    this.#hold(`PDK ${pdk}`, node, 'derives')
    this.#pdk = `PDK ${pdk}`
  }

  session(line: StateLine, keys: Readonly<Record<string, string>>): void {
    const { node, fields } = line
    const kdSess = keys['KD-sess']
    const old = this.#session.get(node)
    if (old !== undefined && old !== kdSess) this.ended(line)
    const known = this.#keys.get(`KD-sess ${kdSess}`)
    const id = fieldWord(fields, 'kdSessId') || (known?.detail ?? '')
    this.#put('KD-sess', kdSess, { parent: this.#pdk, detail: id, until: 'release' })
    this.#put('PEK', keys['PEK'], {
      parent: `KD-sess ${kdSess}`,
      detail: fieldWord(fields, 'eea'),
      until: 'release',
    })
    this.#put('PIK', keys['PIK'], {
      parent: `KD-sess ${kdSess}`,
      detail: fieldWord(fields, 'eia'),
      until: 'release',
    })
    for (const name of ['KD-sess', 'PEK', 'PIK']) this.#hold(`${name} ${keys[name]}`, node, 'holds')
    if (kdSess !== undefined) this.#session.set(node, kdSess)
    const { what } = line
    if (what !== 'command-verified') return
    this.#hold(this.#pdk, node, 'holds')
    const parent = this.#key(this.#pdk)?.parent
    const ks = this.#key(parent)?.parent
    const isPushed = this.#key(ks)?.detail === pushDetail
    this.#hold(parent, node, isPushed ? 'wiped' : 'derives')
    this.#hold(ks, node, isPushed ? 'wiped' : 'holds')
  }

  /** Other session keys took the place of these. */
  ended({ node }: StateLine): void {
    const kdSess = this.#session.get(node)
    for (const [id, key] of this.#keys)
      if (id === `KD-sess ${kdSess}` || key.parent === `KD-sess ${kdSess}`) this.#hold(id, node, 'wiped')
    this.#session.delete(node)
  }

  /** A link keeps its PDK for rekeying as long as it lives (R33). */
  released(line: StateLine): void {
    const pdk = this.#key(`KD-sess ${this.#session.get(line.node)}`)?.parent
    this.ended(line)
    this.#hold(pdk, line.node, 'wiped')
  }

  #key(id: string | undefined): Mutable | undefined {
    return id === undefined ? undefined : this.#keys.get(id)
  }

  /** `now` in milliseconds since 1970. */
  rows(now: number): readonly KeyRow[] {
    const isBelow = ({ parent }: Mutable, wanted: string | undefined) =>
      wanted === undefined ? parent === undefined || !this.#keys.has(parent) : parent === wanted
    const below = (wanted: string | undefined, depth: number): KeyRow[] =>
      [...this.#keys]
        .filter(([, key]) => isBelow(key, wanted))
        .sort(([a], [b]) => (depth === 1 ? a.localeCompare(b) : 0))
        .flatMap(([id, key]) => {
          const expired = Date.parse(key.until) <= now
          const holders = expired && key.name.startsWith('Ks') ? erasedByUes(key.holders) : key.holders
          return [{ ...key, holders, id, depth, expired }, ...below(id, depth + 1)]
        })
    return below(undefined, 1)
  }

  #ownerOf(identity: string): string {
    return this.#owners.get(identity) ?? identity
  }

  #root(owner: string): string {
    const id = `K ${owner}`
    const holders: Record<string, Holding> = this.#nodes.has(owner) ? { [owner]: 'holds' } : {}
    const known = this.#keys.get(id)
    if (!known)
      this.#keys.set(id, {
        name: 'K',
        fingerprint: undefined,
        parent: undefined,
        detail: owner,
        until: '–',
        holders,
        wipedAt: {},
      })
    const hss = this.#hssOf.get(owner)
    if (hss !== undefined) this.#hold(id, hss, 'holds')
    return id
  }

  #put(name: string, fingerprint: string | undefined, more: More): void {
    if (fingerprint === undefined) return
    const id = `${name} ${fingerprint}`
    const known = this.#keys.get(id)
    if (known)
      Object.assign(known, Object.fromEntries(Object.entries(more).filter(([, value]) => value !== '')))
    else
      this.#keys.set(id, {
        ...{ name, fingerprint, parent: undefined, detail: '', until: '' },
        ...more,
        holders: {},
        wipedAt: {},
      })
  }

  #hold(id: string | undefined, node: string, how: Holding): void {
    const key = this.#key(id)
    if (!key) return
    key.holders[node] = how
    if (how === 'wiped') key.wipedAt[node] = this.#n
  }
}

/** A UE erases an expired Ks and what it derived of it; network nodes do so when they next sweep their stores. */
const erasedByUes = (holders: Readonly<Record<string, Holding>>): Readonly<Record<string, Holding>> =>
  Object.fromEntries(
    Object.entries(holders).map(([node, how]) => [node, node.startsWith('ue') ? 'wiped' : how]),
  )

type Handler = (fold: Fold, line: StateLine, keys: Readonly<Record<string, string>>) => void

/** What each decision says of keys. */
const handlers: Readonly<Record<string, Handler | undefined>> = {
  vector: (fold, line) => fold.vector(line),
  'vector-after-resynchronisation': (fold, line) => fold.vector(line),
  bootstrapped: (fold, line, { Ks }) => fold.bootstrapped(line, Ks),
  pushed: (fold, line, { Ks, Ks_NAF }) => fold.pushed(line, Ks, Ks_NAF),
  'naf-key-given': (fold, line, { Ks, Ks_NAF }) => fold.nafKey(line, Ks, Ks_NAF),
  'pc8-associated': (fold, line, { Ks_NAF }) => fold.held(line, Ks_NAF),
  branch: (fold, line, { Ks_NAF }) => fold.held(line, Ks_NAF),
  derived: (fold, line, { PDK, Ks_NAF }) => fold.derived(line, PDK, Ks_NAF),
  'keys-derived': (fold, line, keys) => fold.session(line, keys),
  'command-verified': (fold, line, keys) => fold.session(line, keys),
  rekeyed: (fold, line, keys) => fold.session(line, keys),
  released: (fold, line) => fold.released(line),
  'b-tid-forgotten': (fold, line) => fold.forgotten(line),
  'b-tid-expired': (fold, line) => fold.expired(line),
}

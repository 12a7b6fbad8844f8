import { fieldWord } from '../../ladder/facts.ts'
import { projectValues } from '../../core/project-values.ts'
import type { MessageLine, StateLine } from './lines.ts'
import type { Run } from './run.ts'

/** `holds` has it; `derives` can make it again when asked; `passed` had it and wiped it. */
export type Holding = 'holds' | 'derives' | 'passed'

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
  /** Hex, in a run that reveals keys only. */
  readonly octets: string | undefined
}

/** A key in the order of the tree, `depth` from 1. */
export interface KeyRow extends Key {
  readonly id: string
  readonly depth: number
  readonly expired: boolean
}

type Mutable = { -readonly [Name in keyof Key]: Key[Name] } & { holders: Record<string, Holding> }
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
  #pdk: string | undefined

  constructor(run: Run) {
    this.#nodes = new Set(run.lanes.map(({ node }) => node))
    for (const { node, what, fields } of run.states)
      if (what === 'bootstrapped' && node.startsWith('ue')) this.#owners.set(fieldWord(fields, 'impi'), node)
  }

  state(line: StateLine): void {
    const handler = handlers[line.what]
    if (handler) handler(this, line, line.keys ?? {})
    for (const [name, octets] of Object.entries(line.keyOctets ?? {})) {
      const key = this.#keys.get(`${name} ${line.keys?.[name] ?? ''}`)
      if (key) key.octets = octets
    }
  }

  message(line: MessageLine | undefined): void {
    if (!line) return
    if (line.name === 'PKA' && 'ProSe-Direct-Key' in line.fields) this.#hold(this.#pdk, line.to, 'holds')
    if (line.name !== 'PROSE_DIRECT_KEY_RESPONSE' || line.fields['pdk'] === undefined) return
    this.#hold(`PDK ${fieldWord(line.fields, 'pdk')}`, line.from, 'passed')
    this.#hold(`PDK ${fieldWord(line.fields, 'pdk')}`, line.to, 'holds')
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
    this.#put('Ks', ks, { parent: this.#root(owner), detail: 'GBA push', until })
    this.#hold(`Ks ${ks}`, node, 'holds')
    this.nafKey(line, ks, ksNaf, until)
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
    const parent = this.#pdk === undefined ? undefined : this.#keys.get(this.#pdk)?.parent
    this.#hold(parent, node, 'derives')
    const ks = parent === undefined ? undefined : this.#keys.get(parent)?.parent
    this.#hold(ks, node, 'holds')
  }

  ended({ node }: StateLine): void {
    const kdSess = this.#session.get(node)
    for (const [id, key] of this.#keys)
      if (id === `KD-sess ${kdSess}` || key.parent === `KD-sess ${kdSess}`) this.#hold(id, node, 'passed')
    this.#session.delete(node)
  }

  /** `now` in milliseconds since 1970. */
  rows(now: number): readonly KeyRow[] {
    const isBelow = ({ parent }: Mutable, wanted: string | undefined) =>
      wanted === undefined ? parent === undefined || !this.#keys.has(parent) : parent === wanted
    const below = (wanted: string | undefined, depth: number): KeyRow[] =>
      [...this.#keys]
        .filter(([, key]) => isBelow(key, wanted))
        .sort(([a], [b]) => (depth === 1 ? a.localeCompare(b) : 0))
        .flatMap(([id, key]) => [
          { ...key, id, depth, expired: Date.parse(key.until) <= now },
          ...below(id, depth + 1),
        ])
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
        octets: undefined,
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
        ...{ name, fingerprint, parent: undefined, detail: '', until: '', octets: undefined },
        ...more,
        holders: {},
      })
  }

  #hold(id: string | undefined, node: string, how: Holding): void {
    const key = id === undefined ? undefined : this.#keys.get(id)
    if (key) key.holders[node] = how
  }
}

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
  released: (fold, line) => fold.ended(line),
}

/** How one set-up went, as its two UEs tell it. */
export interface SetUpRecord {
  readonly number: number
  /** What UE-1 brought along, for example `fresh B-TID`. */
  readonly kind: string
  readonly phase: 'before' | 'storm' | 'after'
  /** Undefined: it did not end in time. */
  readonly outcome: string | undefined
  /** Code of what ended it, null when it was secured. */
  readonly code: string | null
  /** Step, or what was said, where it ended otherwise. */
  readonly endedAt: string | null
  readonly seconds: number
  /** Fingerprints of KD-sess at UE-1 and UE-2. */
  readonly keys: readonly (string | undefined)[]
  /** Live links of UE-1 with UE-2 afterwards. */
  readonly links: number
}

/** All that was seen of one storm. */
export interface History {
  /** Vectors that an HSS released: masked IMSI, SQN of 12 hex digits. */
  readonly vectors: readonly { readonly imsi: string; readonly sqn: string }[]
  /** RANDs that left an HSS, each with the answer it left in: that may go out again for the same request. */
  readonly rands: readonly { readonly rand: string; readonly answer: string }[]
  readonly setUps: readonly SetUpRecord[]
  /** B-TIDs that a UE was told of by its BSF. */
  readonly bTids: readonly string[]
  /** B-TIDs whose NAF key secured PC8 or a link. */
  readonly nafKeys: readonly string[]
  /** Faults that functions told, and ends of processes that nobody killed. */
  readonly ends: readonly string[]
  /** What is in the stores when all is over. */
  readonly stored: {
    readonly bTids: readonly string[]
    readonly nafKeys: readonly string[]
    /** By masked IMSI: the SQN that comes next. */
    readonly nextSqns: ReadonlyMap<string, string>
  }
}

/** What a set-up may end with while processes die. */
const temporary: readonly (string | null)[] = ['ERR_TEMPORARY_FAILURE', 'ERR_NO_ANSWER']

function twice(values: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return values.filter((value) => seen.size === seen.add(value).size)
}

function setUpViolations({
  number,
  kind,
  phase,
  outcome,
  code,
  keys,
  links,
}: SetUpRecord): readonly string[] {
  const name = `set-up ${number} (${kind}, ${phase})`
  if (outcome === undefined) return [`R48: ${name} hangs`]
  if (outcome !== 'secured')
    return phase === 'storm' && temporary.includes(code) ? [] : [`${name} ended as ${outcome}, ${code}`]
  return [
    ...(keys.length === 2 && keys[0] !== undefined && keys[0] === keys[1] ? [] : [`${name}: keys differ`]),
    ...(links === 1 ? [] : [`${name} made ${links} links`]),
  ]
}

function lost(what: string, promised: readonly string[], kept: readonly string[]): readonly string[] {
  const there = new Set(kept)
  return [...new Set(promised)].filter((one) => !there.has(one)).map((one) => `${what} ${one} is lost`)
}

function sqnsBehind({ vectors, stored }: History): readonly string[] {
  return vectors
    .filter(({ imsi, sqn }) => sqn >= (stored.nextSqns.get(imsi) ?? ''))
    .map(({ imsi, sqn }) => `R34: SQN ${sqn} of ${imsi} is not behind the one that comes next`)
}

/** What must never be, whoever died meanwhile; nothing where the promises of docs/stores.md and docs/replicas.md hold. */
export function violationsOf(history: History): readonly string[] {
  const { vectors, rands, setUps, bTids, nafKeys, ends, stored } = history
  const answersOf = new Set(rands.map(({ rand, answer }) => `${rand} ${answer}`))
  const linkKeys = setUps.flatMap(({ keys: [atUe1] }) => atUe1 ?? [])
  return [
    ...twice(vectors.map(({ imsi, sqn }) => `${imsi} ${sqn}`)).map((sqn) => `R34: SQN ${sqn} came twice`),
    ...twice([...answersOf].map((answer) => answer.slice(0, 32))).map((rand) => `RAND ${rand} came twice`),
    ...twice(bTids).map((bTid) => `R37: B-TID ${bTid} was given twice`),
    ...twice(linkKeys).map((key) => `R30: KD-sess #${key} came twice`),
    ...setUps.flatMap(setUpViolations),
    ...lost('B-TID', bTids, stored.bTids),
    ...lost('NAF key of B-TID', nafKeys, stored.nafKeys),
    ...sqnsBehind(history),
    ...ends.map((end) => `R48: ${end}`),
  ]
}

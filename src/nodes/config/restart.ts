import type { ConfigMistake } from '../../core/invalid-config.ts'
import type { NetworkConfig } from './network-config.ts'
import { configuredNodes } from './nodes.ts'
import { settings } from './settings.ts'

const all = settings()
const live = new Set(all.flatMap(({ path, isLive }) => (isLive ? [path] : [])))
/** Whatever has settings in it: `plmns`, `plmns[]`, `plmns[].kmf`, …. */
const sections = new Set(
  all.flatMap(({ path }) => {
    const parts = path.split(/(?=[.[])/)
    return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join(''))
  }),
)

type Value = readonly [path: string, value: string]

/** Each setting that cannot change live with its path, such as `plmns[0].kmf.pc8.listen`; `pattern` is that of the schema. */
function fixedValues(path: string, pattern: string, value: unknown): readonly Value[] {
  if (value === undefined || live.has(pattern)) return []
  if (!sections.has(pattern)) return [[path, JSON.stringify(value)]]
  if (Array.isArray(value))
    return value.flatMap((item, at) => fixedValues(`${path}[${at}]`, `${pattern}[]`, item))
  return Object.entries(value as object).flatMap(([name, item]) =>
    fixedValues(`${path}.${name}`, `${pattern}.${name}`, item),
  )
}

const fixedOf = ({ shape }: NetworkConfig): ReadonlyMap<string, string> =>
  new Map(Object.entries(shape).flatMap(([name, value]) => fixedValues(name, name, value)))

/** Settings of UEs, and those of other nodes, which are peers and nothing more. */
function isOfOthers(
  path: string,
  { plmns }: NetworkConfig,
  own: ReturnType<typeof configuredNodes>,
): boolean {
  const [, place, part = ''] = /^plmns\[(\d+)\]\.(\w+)/.exec(path) ?? []
  if (place === undefined) return /^(ues|pc5Bearer)\b/.test(path)
  const here = own.filter(({ plmn }) => plmn.plmn === plmns[Number(place)]?.plmn)
  return !here.some(({ kind }) => kind === part || !['hss', 'bsf', 'kmf'].includes(part))
}

/** What differs of these running nodes and cannot change while they run, as mistakes of the file of `after`. */
export function needsRestart(
  before: NetworkConfig,
  after: NetworkConfig,
  names: readonly string[],
): readonly ConfigMistake[] {
  const [old, now] = [fixedOf(before), fixedOf(after)]
  const own = configuredNodes(before).filter(({ name }) => names.includes(name))
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => old.get(path) !== now.get(path) && !isOfOthers(path, before, own))
    .map((path) => ({ file: after.file, path, message: 'has changed, which needs a restart' }))
}

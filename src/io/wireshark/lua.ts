/** What a Lua table can hold; a Map is for keys that are numbers. */
export type LuaValue =
  | string
  | number
  | boolean
  | undefined
  | readonly LuaValue[]
  | ReadonlyMap<number, LuaValue>
  | { readonly [name: string]: LuaValue }

const longestLine = 110
const isMap = (value: object): value is ReadonlyMap<number, LuaValue> => value instanceof Map

/** The value as a Lua expression; what is undefined is left out of its table. */
export function lua(value: LuaValue, indent = ''): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object') return value === undefined ? 'nil' : String(value)
  const inner = `${indent}  `
  const entries = entriesOf(value).map(([key, one]) => key + lua(one, inner))
  const short = `{ ${entries.join(', ')} }`
  if (entries.length === 0) return '{}'
  if (short.length <= longestLine && !short.includes('\n')) return short
  return `{\n${entries.map((entry) => `${inner}${entry},\n`).join('')}${indent}}`
}

function entriesOf(value: Exclude<LuaValue, string | number | boolean | undefined>): [string, LuaValue][] {
  if (Array.isArray(value)) return value.map((one: LuaValue) => ['', one])
  if (isMap(value)) return Array.from(value, ([key, one]) => [`[${key}] = `, one])
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([key, one]) => [/^[a-zA-Z]\w*$/.test(key) ? `${key} = ` : `[${quoted(key)}] = `, one])
}

/** Printable ASCII as it is, other octets of its UTF-8 by number. */
const quoted = (text: string): string =>
  `"${Array.from(Buffer.from(text), (octet) =>
    octet < 0x20 || octet > 0x7e || octet === 0x22 || octet === 0x5c
      ? `\\${String(octet).padStart(3, '0')}`
      : String.fromCharCode(octet),
  ).join('')}"`

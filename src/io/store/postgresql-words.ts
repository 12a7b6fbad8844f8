import pg from 'pg'

const words: readonly (readonly [RegExp, string])[] = [
  [/\binteger primary key autoincrement\b/g, 'bigint primary key'],
  [/\binteger\b/g, 'bigint'],
  [/\bblob\b/g, 'bytea'],
  [/\) strict\b/g, ')'],
]

/** SQL of this project, which is that of SQLite, in the words of PostgreSQL. */
export function inPostgresql(text: string): string {
  let parameter = 0
  return words
    .reduce((sql, [word, other]) => sql.replace(word, other), text)
    .replace(/\?/g, () => `$${++parameter}`)
}

/** Identities of types in PostgreSQL: bytea and int8. */
const octetString = 17
const integer = 20

/** `\x` and hex digits. */
const octetsOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.slice(2), 'hex'))

/** How values of columns come out, for our connections only. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser(type, format): unknown {
    const identity: number = type
    if (format !== 'binary' && identity === octetString) return octetsOf
    if (format !== 'binary' && identity === integer) return Number
    return pg.types.getTypeParser(type, format)
  },
}

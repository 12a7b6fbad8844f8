// COPY of PostgreSQL: rows as text, far faster than statements.
const escapes = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

const hexOf = ({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length).toString('hex')

function cell(value) {
  if (value === null) return '\\N'
  if (typeof value === 'number') return String(value)
  return typeof value === 'string'
    ? value.replace(/[\\\t\n\r]/g, (one) => escapes[one])
    : `\\\\x${hexOf(value)}`
}

/** One line of COPY's text format. */
export const copyLine = (values) => `${values.map(cell).join('\t')}\n`

/** What `pg` asks of something that it submits: COPY, and all of its lines at once. */
class Copy {
  #text
  #lines
  #settle
  #error

  constructor(text, lines) {
    this.#text = text
    this.#lines = lines
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
  }

  submit(connection) {
    connection.query(this.#text)
  }

  handleCopyInResponse(connection) {
    connection.sendCopyFromChunk(Buffer.from(this.#lines))
    connection.endCopyFrom()
  }

  /** How many rows there are is known; that they are there is said by what comes next. */
  handleCommandComplete() {
    return undefined
  }

  handleError(error) {
    this.#error = error
  }

  handleReadyForQuery() {
    if (this.#error) this.#settle.reject(this.#error)
    else this.#settle.resolve()
  }
}

/** Puts lines of `copyLine` into a table. */
export async function copyInto(client, table, columns, lines) {
  const copy = new Copy(`copy ${table} (${columns.join(', ')}) from stdin`, lines)
  client.query(copy)
  await copy.done
}

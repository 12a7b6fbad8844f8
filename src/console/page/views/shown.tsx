/** Of a table that still fits into a card. */
const mostColumns = 4

/** Any JSON value as lists and tables. */
export function Shown({ value }: { value: unknown }) {
  if (Array.isArray(value)) {
    const rows = value as readonly unknown[]
    if (rows.length === 0) return <span class="muted">none</span>
    const records = rows.filter(isRecord)
    if (records.length === rows.length) {
      const columns = [...new Set(records.flatMap((row) => Object.keys(row)))]
      const isFlat = records.every((row) => Object.values(row).every((cell) => typeof cell !== 'object'))
      if (isFlat && columns.length <= mostColumns) return <Rows rows={records} columns={columns} />
      return (
        <>
          {records.map((row, at) => (
            <div class="one" key={at}>
              <Shown value={row} />
            </div>
          ))}
        </>
      )
    }
    return <>{rows.map((row) => (isRecord(row) ? JSON.stringify(row) : String(row))).join(', ')}</>
  }
  if (isRecord(value)) {
    const entries = Object.entries(value)
    if (entries.length === 0) return <span class="muted">none</span>
    return (
      <dl class="facts-list">
        {entries.map(([name, inner]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Shown value={inner} />
            </dd>
          </div>
        ))}
      </dl>
    )
  }
  return (
    <>
      {typeof value === 'string'
        ? momentOr(value)
        : value === null || value === undefined
          ? '–'
          : JSON.stringify(value)}
    </>
  )
}

/** A moment as a time of day, and how long it is until then. */
function momentOr(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT/.test(text)) return text
  const seconds = Math.round((Date.parse(text) - Date.now()) / 1000)
  const left = seconds > 5400 ? `${Math.round(seconds / 3600)} h` : seconds > 90 ? `${Math.round(seconds / 60)} min` : `${seconds} s` // prettier-ignore
  return `${text.slice(11, 19)} UTC${seconds > 0 ? `, in ${left}` : ''}`
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function Rows({ rows, columns }: { rows: readonly Record<string, unknown>[]; columns: readonly string[] }) {
  return (
    <table>
      <thead>
        <tr>
          {columns.map((column) => (
            <th scope="col" key={column}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>
            {columns.map((column) => (
              <td key={column}>
                <Shown value={row[column]} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

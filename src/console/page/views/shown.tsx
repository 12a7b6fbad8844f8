/** Any JSON value as lists and tables. */
export function Shown({ value }: { value: unknown }) {
  if (Array.isArray(value)) {
    const rows = value as readonly unknown[]
    if (rows.length === 0) return <span class="muted">none</span>
    const columns = rows.every(isRecord)
      ? [...new Set(rows.flatMap((row) => Object.keys(row as object)))]
      : []
    if (columns.length > 0)
      return <Rows rows={rows as readonly Record<string, unknown>[]} columns={columns} />
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
        ? value
        : value === null || value === undefined
          ? '–'
          : JSON.stringify(value)}
    </>
  )
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

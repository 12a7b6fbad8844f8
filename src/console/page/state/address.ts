import type { ViewName } from './store.ts'

/** What the address holds, so that a link shows a colleague the octet. */
export interface Address {
  readonly run?: string
  readonly m?: number
  readonly field?: string
  readonly view?: ViewName
  readonly entity?: string
  readonly filter?: string
}

const views: readonly string[] = ['ladder', 'keys', 'entities', 'measure']

export function readAddress(hash: string): Address {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const text = (name: string) => given.get(name) ?? undefined
  const m = Number(given.get('m') ?? Number.NaN)
  const view = text('view')
  return {
    ...(given.has('run') ? { run: text('run') ?? '' } : {}),
    ...(Number.isInteger(m) ? { m } : {}),
    ...(given.has('field') ? { field: text('field') ?? '' } : {}),
    ...(view !== undefined && views.includes(view) ? { view: view as ViewName } : {}),
    ...(given.has('entity') ? { entity: text('entity') ?? '' } : {}),
    ...(given.has('filter') ? { filter: text('filter') ?? '' } : {}),
  }
}

export function writeAddress(address: Address): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(address))
    if (value !== undefined && value !== '' && value !== 'ladder') given.set(name, String(value))
  const text = given.toString()
  return text === '' ? '#' : `#${text}`
}

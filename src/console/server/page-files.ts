import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, resolve, sep } from 'node:path'

/** Where the build puts the page; seen from here both in `src` and in `dist`. */
export const pageDirectory = resolve(import.meta.dirname, '../../../dist/console/page')

export interface PageFile {
  readonly type: string
  readonly octets: Buffer
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
}

const missing: PageFile = {
  type: 'text/plain; charset=utf-8',
  octets: Buffer.from('The page is not built. In a checkout: npm run build\nThe API is at /api/network.\n'),
}

/** Every file of the page by its path from `/`, read once; no request names a file of the disk. */
export function pageFiles(directory = pageDirectory): ReadonlyMap<string, PageFile> {
  const names = statSync(directory, { throwIfNoEntry: false })
    ? readdirSync(directory, { recursive: true, encoding: 'utf8' })
    : []
  const files = new Map<string, PageFile>([['/', missing]])
  for (const name of names.map((one) => join(directory, one)).filter((one) => statSync(one).isFile())) {
    const path = `/${relative(directory, name).split(sep).join('/')}`
    const file = { type: types[extname(name)] ?? 'application/octet-stream', octets: readFileSync(name) }
    files.set(path === '/index.html' ? '/' : path, file)
  }
  return files
}

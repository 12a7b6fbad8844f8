import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, resolve, sep } from 'node:path'

/** Where the build puts the page; seen from here both in `src` and in `dist`. */
export const pageDirectory = resolve(import.meta.dirname, '../../../dist/console/page')

/** A content coding of HTTP and the ending that the build gives it, the shorter one first. */
const codings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

export type Coding = (typeof codings)[number][0]

export interface PageFile {
  readonly type: string
  readonly octets: Buffer
  /** The same, as the build compressed it. */
  readonly coded: ReadonlyMap<Coding, Buffer>
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
  coded: new Map(),
}

/** Every file of the page by its path from `/`, read once; no request names a file of the disk. */
export function pageFiles(directory = pageDirectory): ReadonlyMap<string, PageFile> {
  const names = statSync(directory, { throwIfNoEntry: false })
    ? readdirSync(directory, { recursive: true, encoding: 'utf8' })
    : []
  const isCoded = (name: string) => codings.some(([, ending]) => name.endsWith(ending))
  const files = new Map<string, PageFile>([['/', missing]])
  for (const short of names.filter((one) => !isCoded(one))) {
    const name = join(directory, short)
    if (!statSync(name).isFile()) continue
    const path = `/${relative(directory, name).split(sep).join('/')}`
    const coded = codings.flatMap(([coding, ending]) =>
      names.includes(`${short}${ending}`) ? [[coding, readFileSync(`${name}${ending}`)] as const] : [],
    )
    const type = types[extname(name)] ?? 'application/octet-stream'
    const file = { type, octets: readFileSync(name), coded: new Map(coded) }
    files.set(path === '/index.html' ? '/' : path, file)
  }
  return files
}

/** The form of a file that Accept-Encoding takes; RFC 9110 12.5.3. */
export function formFor({ octets, coded }: PageFile, acceptEncoding: string) {
  const taken = acceptEncoding.split(',').flatMap((part) => {
    const [name = '', weight = ''] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    return /^q=0(?:\.0*)?$/.test(weight) ? [] : [name]
  })
  for (const [coding] of codings) {
    const found = taken.includes(coding) ? coded.get(coding) : undefined
    if (found) return { octets: found, coding }
  }
  return { octets, coding: undefined }
}

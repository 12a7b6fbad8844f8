import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

/** Who may import whom. A folder's own files are always allowed; `npm` stands for packages, `node` for `node:*`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  crypto: ['core', 'node:crypto', 'node:v8', 'node:vm'],
  wire: ['core', '@rgrove/parse-xml'],
  'reference-points/*': ['core', 'crypto', 'wire'],
  'entities/*': ['core', 'crypto', 'wire', 'reference-points'],
  ladder: ['core'],
  io: ['core', 'crypto', 'wire', 'reference-points', 'ports', 'node', 'npm'],
  nodes: ['core', 'crypto', 'wire', 'reference-points', 'entities', 'io', 'node', 'npm'],
  testbed: ['core', 'crypto', 'wire', 'reference-points', 'entities', 'io', 'nodes', 'node', 'npm'],
  'console/model': ['core', 'wire', 'reference-points', 'ladder'],
  'console/page': ['core', 'wire', 'reference-points', 'ladder', 'console/model', 'npm'],
  'console/server': [
    ...['core', 'crypto', 'wire', 'reference-points', 'entities', 'io', 'nodes', 'testbed', 'console/model'],
    ...['node', 'npm'],
  ],
  cli: [
    ...['core', 'crypto', 'wire', 'reference-points', 'ladder', 'entities', 'io', 'nodes', 'testbed'],
    ...['console/model', 'console/server', 'node', 'npm'],
  ],
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))

/** `entities/ue/link/x.ts` belongs to `entities/ue`; `io/store/x.ts` to `io`. */
function folderOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return ['entities', 'reference-points', 'console'].includes(first) ? `${first}/${second}` : first
}

function rowOf(folder: string): readonly string[] {
  const row = mayImport[folder] ?? mayImport[folder.replace(/\/.*/, '/*')]
  if (!row) throw new Error(`src/${folder} is not in the table of who may import whom`)
  return row
}

function isAllowed(file: string, target: string): boolean {
  const folder = folderOf(file)
  const row = rowOf(folder)
  if (target.startsWith('.')) {
    const path = relative(src, resolve(src, dirname(file), target))
    const other = folderOf(path)
    if (other === folder) return true
    if (other.startsWith('entities/') && row.includes('ports')) return path.endsWith('/ports.ts')
    return row.includes(other) || row.includes(other.replace(/\/.*/, ''))
  }
  if (target.startsWith('node:')) return row.includes('node') || row.includes(target)
  return row.includes('npm') || row.some((name) => target === name || target.startsWith(`${name}/`))
}

describe('architecture', () => {
  it.each(files.filter((file) => file !== 'index.ts'))('src/%s imports only what its folder may', (file) => {
    const text = readFileSync(join(src, file), 'utf8')
    const targets = [...text.matchAll(/(?:\bfrom\s+|^import\s+|\bimport\(\s*)'([^']+)'/gm)].map(
      (match) => match[1] ?? '',
    )
    expect(targets.filter((target) => !isAllowed(file, target))).toEqual([])
  })

  it('has no folder or file named for nothing', () => {
    const names = files.flatMap((file) => file.split('/'))
    expect(names.filter((name) => /^(utils?|helpers?|common|misc)(\.tsx?)?$/.test(name))).toEqual([])
    expect(files.filter((file) => file.endsWith('index.ts') && file !== 'index.ts')).toEqual([])
  })

  it('keeps files short: one subject each', () => {
    const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 401)
    expect(long).toEqual([])
  })
})

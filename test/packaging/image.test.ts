import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')
const instructions = dockerfile.split('\n').flatMap((line) => {
  const [, name, rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
  return name === undefined ? [] : [{ name, rest }]
})
const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'))
const named = (name: string) => last.filter((one) => one.name === name).map(({ rest }) => rest)
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').trim().split('\n')
const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly files: readonly string[]
}

describe('the image', () => {
  it('copies only what there is, and what .dockerignore lets through', () => {
    const copies = instructions.filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
    const sources = copies.flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1))
    expect(sources.length).toBeGreaterThan(8)
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).toBe(true)
      expect(ignored, source).not.toContain(source.split('/')[0])
    }
  })

  it('has what the command reads beside what was compiled', () => {
    const copied = named('COPY').map((rest) => rest.split(/\s+/).at(-2)?.split('/').at(-1))
    for (const folder of ['bin', 'examples', 'wireshark'].filter((name) => files.includes(name)))
      expect(copied).toContain(folder)
    expect(copied).toEqual(
      expect.arrayContaining(['package.json', 'node_modules', 'dist', 'conformance.json']),
    )
  })

  it('is of the Node that the package asks for, and built from the lock file', () => {
    const bases = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.split(' ')[0])
    expect(bases).toEqual(['node:20-slim', 'node:20-slim'])
    expect(instructions.filter(({ name }) => name === 'RUN').map(({ rest }) => rest)).toContain('npm ci')
  })

  it('R32: runs as a user without privileges, and holds neither secrets nor tools to build', () => {
    expect(named('USER')).toEqual(['node'])
    expect(named('ENV')).toEqual(['NODE_ENV=production'])
    expect(dockerfile).not.toMatch(/\b(ADD|ARG|sudo|curl|wget|:latest)\b/)
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.sidelock', 'node_modules']))
  })

  it('is told to end as the command listens for it, without a shell between', () => {
    expect(named('STOPSIGNAL')).toEqual(['SIGTERM'])
    expect(named('ENTRYPOINT')).toEqual(['["sidelock"]'])
  })
})

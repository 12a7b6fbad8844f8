import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { replace, writeOnce } from '../../../src/io/lab/files.ts'
import { temporaryDirectory } from '../store/temporary.ts'

describe('files of a lab', () => {
  it('R48: the first writer wins, and nothing else is left behind', () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'secrets/k')
    writeOnce(file, utf8('first'))
    writeOnce(file, utf8('second'))
    expect(readFileSync(file, 'utf8')).toBe('first')
    expect(readdirSync(join(directory, 'secrets'))).toEqual(['k'])
  })

  it('R48: a file is replaced as a whole', () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'k')
    replace(file, utf8('first'))
    replace(file, utf8('second'))
    expect(readFileSync(file, 'utf8')).toBe('second')
    expect(readdirSync(directory)).toEqual(['k'])
  })

  it('R32: files and directories are for their owner only', () => {
    const directory = temporaryDirectory()
    writeOnce(join(directory, 'a/b/k'), utf8('x'))
    replace(join(directory, 'a/b/l'), utf8('x'))
    const modes = ['a', 'a/b', 'a/b/k', 'a/b/l'].map((name) => statSync(join(directory, name)).mode & 0o777)
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600])
  })
})

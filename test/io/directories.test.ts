import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeDirectories } from '../../src/io/directories.ts'
import { temporaryDirectory } from './store/temporary.ts'

describe('directories', () => {
  it('are made with those above them, and may be there already', () => {
    const path = join(temporaryDirectory(), 'one', 'two', 'three')
    makeDirectories(path, 0o700)
    makeDirectories(path, 0o700)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
  })

  it('are not made where a file stands', () => {
    const file = join(temporaryDirectory(), 'file')
    writeFileSync(file, '')
    expect(() => makeDirectories(file)).toThrow('EEXIST')
    expect(() => makeDirectories(join(file, 'below'))).toThrow('ENOTDIR')
  })

  it.runIf(process.platform === 'linux')('are refused by a file system that takes none', () => {
    expect(() => makeDirectories('/proc/none')).toThrow('ENOENT')
    expect(() => makeDirectories('/proc/none/of/these')).toThrow('ENOENT')
  })
})

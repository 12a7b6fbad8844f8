import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fromUtf8, hex } from '../../../src/core/bytes.ts'
import { InvalidConfig } from '../../../src/core/invalid-config.ts'
import { readGiven } from '../../../src/io/lab/given.ts'
import { readSecret } from '../../../src/io/lab/secret-file.ts'
import { loadNetworkConfig, parseNetworkConfig } from '../../../src/nodes/config/load.ts'
import { temporaryDirectory } from '../store/temporary.ts'

afterEach(() => void vi.unstubAllEnvs())

const digits = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'

function credential(mode: number, name = 'hss1.key'): string {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, name), Buffer.from(digits, 'hex'))
  chmodSync(join(directory, name), mode)
  vi.stubEnv('CREDENTIALS_DIRECTORY', directory)
  return `credential:${name}`
}

const storeKey = (file: string) => ({
  ...{ path: 'plmns[0].hss.storeKeyFile', file, what: 'store key', octets: [32], form: 'octets' as const },
})
const given = (text: string) => ({
  text,
  mistakes: () => {
    try {
      parseNetworkConfig(text, 'my.yaml')
    } catch (error) {
      if (error instanceof InvalidConfig) return error.mistakes.map(({ message }) => message)
      throw error
    }
    return []
  },
})
const withKeyFile = (name: string) =>
  given(`version: 1
plmns:
  - { plmn: "001-01", hss: { storeKeyFile: "${name}" }, kmf: { proseUeIds: ["000001-00ffff"] } }`)

describe('a secret that is in no file of the configuration', () => {
  it('R32: a variable of the environment holds hex digits, also of a store key', () => {
    vi.stubEnv('HSS1_KEY', `${digits}\n`)
    expect(hex(readSecret('my.yaml', storeKey('env:HSS1_KEY')))).toBe(digits)
    vi.stubEnv('HSS1_KEY', digits.slice(2))
    expect(() => readSecret('my.yaml', storeKey('env:HSS1_KEY'))).toThrow(InvalidConfig)
  })

  it('R31: a variable that is not set or wrong is named, what it holds is not', () => {
    expect(() => readSecret('my.yaml', storeKey('env:NOT_SET'))).toThrow(/env:NOT_SET.*\n.*it is not set/)
    vi.stubEnv('HSS1_KEY', 'my secret words')
    try {
      readSecret('my.yaml', storeKey('env:HSS1_KEY'))
      expect.unreachable()
    } catch (error) {
      expect(String(error)).toContain('plmns[0].hss.storeKeyFile')
      expect(String(error)).not.toContain('secret words')
    }
  })

  it('R32: a credential of the service manager is a file that it lets this process read', () => {
    expect(hex(readSecret('my.yaml', storeKey(credential(0o400))))).toBe(digits)
    expect(() => readSecret('my.yaml', storeKey(credential(0o404)))).toThrow('others may read it (mode 404)')
    expect(() => readSecret('my.yaml', storeKey(credential(0o460)))).toThrow('others may read it (mode 460)')
    vi.stubEnv('CREDENTIALS_DIRECTORY', undefined)
    expect(() => readSecret('my.yaml', storeKey('credential:hss1.key'))).toThrow(
      'CREDENTIALS_DIRECTORY is not set',
    )
  })

  it('R32: group root of a credential of root is how it lets this process in, a file may not have that', () => {
    const name = credential(0o440)
    const read = () => hex(readSecret('my.yaml', storeKey(name)))
    if (process.getuid?.() === 0) expect(read()).toBe(digits)
    else expect(read).toThrow('others may read it')
    const file = join(process.env['CREDENTIALS_DIRECTORY'] ?? '', 'hss1.key')
    expect(() => readSecret('my.yaml', storeKey(file))).toThrow('others may read it (mode 440): chmod 600')
  })

  it('certificates come from there too, and may be for all to read', () => {
    vi.stubEnv('CA', 'PEM')
    expect(fromUtf8(readGiven('env:CA', 'public'))).toBe('PEM')
    expect(hex(readGiven(credential(0o444), 'public'))).toBe(digits)
  })
})

describe('names of it in a configuration', () => {
  it('stay as they are, where names of files become absolute', () => {
    const directory = temporaryDirectory()
    const keyFileOf = (name: string) => {
      writeFileSync(join(directory, 'my.yaml'), withKeyFile(name).text)
      return loadNetworkConfig(join(directory, 'my.yaml')).plmns[0]?.hss.store.keyFile
    }
    expect(keyFileOf('env:HSS1_KEY')).toBe('env:HSS1_KEY')
    expect(keyFileOf('credential:hss1.key')).toBe('credential:hss1.key')
    expect(keyFileOf('./env:x')).toBe(join(directory, 'env:x'))
  })

  it.each([
    ['env:', 'variable: letters, digits and _ are needed after env:'],
    ['env:A B', 'variable: letters, digits and _ are needed after env:'],
    [`env:${digits}`, 'variable: letters, digits and _ are needed after env:'],
    ['credential:../k', 'credential: letters, digits and _.- are needed after credential:'],
    ['credential:.k', 'credential: letters, digits and _.- are needed after credential:'],
    [`env:a${digits}`, 'file: this looks like a key; name a file that holds it'],
  ])('B72: %s is none', (name, message) => expect(withKeyFile(name).mistakes()).toEqual([message]))
})

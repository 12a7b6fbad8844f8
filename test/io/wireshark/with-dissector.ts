import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { wiresharkDissector } from '../../../src/io/wireshark/dissector.ts'
import { tshark } from '../capture/tshark.ts'

const folder = mkdtempSync(join(tmpdir(), 'sidelock-dissector-'))
afterAll(() => rmSync(folder, { recursive: true }))
const plugin = join(folder, 'sidelock.lua')
writeFileSync(plugin, wiresharkDissector())

/** Options of tshark that load the dissector. */
export const withDissector: readonly string[] = ['-X', `lua_script:${plugin}`]

/** The values of these fields in the packets that match, by a tshark that has the dissector. */
export const dissected = (path: string, filter: string, ...names: readonly string[]): string[] =>
  tshark(path, ...withDissector, '-Y', filter, '-T', 'fields', ...names.flatMap((name) => ['-e', name]))

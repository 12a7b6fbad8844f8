import { readFileSync } from 'node:fs'
import { clearSduComment, profileComment } from '../capture/comments.ts'
import { diameterTables } from './diameter-tables.ts'
import { DissectorFields } from './fields.ts'
import { lua } from './lua.ts'
import { pc5Tables } from './pc5-tables.ts'

const walker = new URL('../../../wireshark/walker.lua', import.meta.url)

/** A Lua plugin for Wireshark 4.0 and later: the tables of PC5, PC6 and Zpn, and what walks octets by them. */
export function wiresharkDissector(): string {
  const fields = new DissectorFields()
  const pc5 = pc5Tables(fields)
  const diameter = diameterTables(fields)
  const tables = lua({ fields: fields.rows, pc5, diameter, clearSduComment, profileComment })
  return `${heading}local tables = ${tables}\n\n${readFileSync(walker, 'utf8').trimEnd()}`
}

const heading = `-- Dissector for ProSe one-to-one communication: PC5, and the keys in Diameter of PC6 and Zpn.
-- Written by \`sidelock wireshark\` from the tables of its codec: do not edit, write it again.

`

import { closeSync, createReadStream, fstatSync, openSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { mistakesTold } from '../../core/administration.ts'
import { fromUtf8 } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'
import { checkPrivateFile } from '../../io/lab/given.ts'
import { textLines, WrongLine } from '../../io/text-lines.ts'
import { isNestedTooDeeply } from '../config/nesting.ts'
import { YamlSource } from '../config/yaml-source.ts'
import { columnsIn, recordIn } from './csv-form.ts'
import { InvalidImport, type ImportMistake } from './invalid-import.ts'

/** Octets of a line and of a file; a YAML file is held in memory as a whole. */
const limits = { csv: { line: 4096, all: 512 * 1024 * 1024 }, yaml: 4 * 1024 * 1024 } as const

/** One record of an import file. */
export interface ImportRow {
  readonly record: unknown
  /** Where a field of it stands. */
  readonly place: (field: string) => Pick<ImportMistake, 'line' | 'column'>
}

/** The records of an import file in their order; each call reads it anew. Throws InvalidImport. */
export type ImportFile = () => AsyncIterable<ImportRow> | Iterable<ImportRow>

/**
 * A file with subscribers: CSV, or YAML where its name ends so. It holds keys, so that its owner alone may read it (R46).
 * Throws InvalidImport.
 */
export function openImportFile(file: string): ImportFile {
  checkFile(file)
  if (/\.ya?ml$/.test(file)) return () => yamlRows(file, 'subscribers')
  return () => csvRows(file)
}

function checkFile(file: string): void {
  reading(file, () => {
    const descriptor = openSync(file, 'r')
    try {
      checkPrivateFile(fstatSync(descriptor))
    } finally {
      closeSync(descriptor)
    }
  })
}

const octetsOf = (file: string): Uint8Array => reading(file, () => readFileSync(file))

function reading<Value>(file: string, read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const reason = isMissing ? 'the file is missing' : (cause as Error).message
    throw new InvalidImport(file, [{ field: '', reason }], { cause })
  }
}

async function* csvRows(file: string): AsyncGenerator<ImportRow, void> {
  let line = 0
  let columns: ReturnType<typeof columnsIn> | undefined
  const mistakes: ImportMistake[] = []
  try {
    for await (const text of textLines(createReadStream(file), limits.csv)) {
      line++
      const row = rowOf(line, mistakes, () => {
        if (columns) return recordIn(text, columns)
        columns = columnsIn(text)
        return undefined
      })
      if (mistakes.length >= mistakesTold || (mistakes.length > 0 && !columns)) break
      const at = line
      if (row) yield { record: row.record, place: (field) => ({ line: at, column: row.columnOf(field) }) }
    }
  } catch (error) {
    if (!(error instanceof WrongLine)) throw error
    mistakes.push({ line: error.line, field: '', reason: error.reason })
  }
  if (mistakes.length > 0) throw new InvalidImport(file, mistakes)
  if (!columns) throw new InvalidImport(file, [{ line: 1, field: '', reason: 'a line with the names of its columns is needed' }]) // prettier-ignore
}

function rowOf<Value>(line: number, mistakes: ImportMistake[], read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    mistakes.push({ line, column: error.offset + 1, field: '', reason: error.reason })
    return undefined
  }
}

const listed = z.array(z.unknown()).min(1).max(100_000)

/** The list `name` of a YAML file that holds nothing else. Throws InvalidImport. */
export function* yamlRows(file: string, name: string): Generator<ImportRow, void> {
  const octets = octetsOf(file)
  const refuse = (...mistakes: readonly ImportMistake[]) => new InvalidImport(file, mistakes)
  if (octets.length > limits.yaml) throw refuse({ field: '', reason: `longer than ${limits.yaml} octets` })
  const text = textOf(octets, refuse)
  if (isNestedTooDeeply(text)) throw refuse({ field: '', reason: 'nested too deeply' })
  const source = new YamlSource(text, file)
  if (source.mistakes.length > 0)
    throw refuse(...source.mistakes.map(({ line, column, message }) => ({ line, column, field: '', reason: message }))) // prettier-ignore
  const { data } = z.strictObject({ [name]: listed }).safeParse(source.value)
  if (!data) throw refuse({ field: name, reason: `a list of ${name} is needed, and nothing else` })
  yield* (data[name] ?? []).map((record, at) => ({
    record,
    place(field: string) {
      const { line, column } = source.mistake({ path: [name, at, ...pathOf(field)], message: '' })
      return { line, column }
    },
  }))
}

function textOf(octets: Uint8Array, refuse: (mistake: ImportMistake) => InvalidImport): string {
  try {
    return fromUtf8(octets)
  } catch (error) {
    throw refuse({ field: '', reason: (error as Error).message })
  }
}

const pathOf = (field: string): readonly (string | number)[] =>
  field
    .split(/[.[\]]/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))

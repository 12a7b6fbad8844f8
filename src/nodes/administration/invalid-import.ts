import { LocalFault } from '../../core/errors.ts'

/** One mistake of an import file. The value is never repeated: it may be a key. */
export interface ImportMistake {
  /** From 1. */
  readonly line?: number | undefined
  /** From 1, in characters. */
  readonly column?: number | undefined
  /** For example `aka.k`; empty for a whole line. */
  readonly field: string
  readonly reason: string
}

/** An import file that cannot be used, with its mistakes; nothing of it was imported (B73). */
export class InvalidImport extends LocalFault {
  readonly code = 'ERR_IMPORT'
  readonly mistakes: readonly ImportMistake[]
  readonly hint = 'mend these and import again'

  constructor(file: string, mistakes: readonly ImportMistake[], options?: ErrorOptions) {
    const places = mistakes.map(({ line, column, field, reason }) => {
      const place = [file, line, column].filter((part) => part !== undefined).join(':')
      return `  ${place}  ${field}`.trimEnd() + `\n     ${reason}`
    })
    super([`${file}: nothing was imported`, ...places].join('\n'), undefined, options)
    this.mistakes = mistakes
  }
}

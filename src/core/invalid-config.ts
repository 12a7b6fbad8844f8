import { LocalFault } from './errors.ts'

/** One mistake of a configuration file, or of a file that it names. */
export interface ConfigMistake {
  readonly file: string
  /** From 1; undefined when the mistake is not in the text of a file. */
  readonly line?: number
  /** From 1, in characters. */
  readonly column?: number
  /** For example `plmns[1].kmf.proseUeIds[0]`; empty for the whole file. */
  readonly path: string
  readonly message: string
  /** Two lines: the numbered source line and, under its place, carets to which the message can be appended. */
  readonly excerpt?: string
}

function written(mistake: ConfigMistake): string {
  const place = [mistake.file, mistake.line, mistake.column].filter((part) => part !== undefined).join(':')
  const where = `  ${place}  ${mistake.path}`.trimEnd()
  return mistake.excerpt === undefined
    ? `${where}\n     ${mistake.message}`
    : `${where}\n${mistake.excerpt} ${mistake.message}`
}

/** A configuration that cannot be used, with all its mistakes. */
export class InvalidConfig extends LocalFault {
  readonly code = 'ERR_CONFIG'
  readonly mistakes: readonly ConfigMistake[]

  constructor(file: string, mistakes: readonly ConfigMistake[], options?: ErrorOptions) {
    super([`${file} cannot be used`, ...mistakes.map(written)].join('\n'), undefined, options)
    this.mistakes = mistakes
  }
}

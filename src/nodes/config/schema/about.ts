/** What the schema tells of a setting beside what it checks. */
export type About = {
  /** One line; also the comment in the example. */
  readonly description: string
  /** Where a specification or a rule of docs/security-rules.md speaks of it. */
  readonly clause?: string
  /** Of a number. */
  readonly unit?: string
  /** A running node takes a change of it at SIGHUP, and of all that stands in it. */
  readonly isLive?: boolean
  /** In words, where the default is made of other settings. */
  readonly byDefault?: string
}

/** For `.meta()` of a setting. */
export const about = (description: string, more: Omit<About, 'description'> = {}): About => ({
  description,
  ...more,
})

/** For `.meta()` of a form that settings share: what a value looks like. */
export const looksLike = (form: string) => ({ form })

import type { z } from 'zod'
import type { Problem } from './yaml-source.ts'

type RawIssue = Parameters<z.core.$ZodErrorMap>[0]

const names: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section with settings',
  record: 'a section with settings',
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number') return 'a number'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'boolean' ? 'true or false' : 'a section with settings'
}

/** What is wrong, in the words of the file; the value itself is never repeated. */
export function wording(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'missing'
        : `${names[issue.expected] ?? issue.expected} is needed, not ${typeOf(issue.input)}`
    case 'invalid_value':
      return issue.input === undefined ? 'missing' : `${issue.values.map(String).join(' or ')} is needed`
    case 'too_small':
      return issue.origin === 'array'
        ? `${issue.minimum} or more are needed`
        : `${issue.minimum} is the least`
    case 'too_big':
      return issue.origin === 'array' ? `${issue.maximum} are the most` : `${issue.maximum} is the most`
    case 'invalid_key':
      return 'a name of small letters, digits and hyphens is needed'
    case 'invalid_format':
      return issue.format === 'ipv4' ? 'an IPv4 address is needed' : 'the form is not the one needed'
    case 'invalid_union':
      return 'none of the possible forms'
    case 'unrecognized_keys':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'custom':
      return undefined
  }
}

type Issue = z.core.$ZodIssue

const pathOf = (issue: Issue) => issue.path.filter((part) => typeof part !== 'symbol')

/** One problem an issue; each unknown name is one of its own. */
export function problemsOf(issues: readonly Issue[]): readonly Problem[] {
  return issues.flatMap((issue): readonly Problem[] => {
    const path = pathOf(issue)
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((name) => ({ path: [...path, name], message: 'no such setting', atName: true }))
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const forms = issue.errors.map((form) => form.map((one) => one.message).join(', '))
      return [{ path, message: forms.join('; or: ') }]
    }
    return [{ path, message: issue.message, atName: issue.code === 'invalid_key' }]
  })
}

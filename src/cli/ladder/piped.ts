import type { Fields, JsonValue, TapEvent } from '../../core/tap.ts'
import type { ScenarioResult } from '../../testbed/result.ts'

/** Words with a space or a quotation mark in them stay one value. */
function valueText(value: JsonValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[^\s"]+$/.test(text) ? text : JSON.stringify(text)
}

const pairs = (fields: Fields): string[] =>
  Object.entries(fields).map(([name, value]) => `${name.replaceAll(' ', '-')}=${valueText(value)}`)

const keyPairs = (keys: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(keys).map(([name, fingerprint]) => `${name}=#${fingerprint}`)

/** One line for a message or a decision, never wrapped; undefined for what is no line of a ladder. */
export function pipedLine(event: TapEvent): string | undefined {
  switch (event.kind) {
    case 'message': {
      const { step = '-', point, from, to, name, protection, bytes, fields } = event
      return [step, point, from, '->', to, name, protection, `octets=${bytes.length}`, ...pairs(fields)].join(
        ' ',
      )
    }
    case 'state': {
      const { step = '-', node, what, fields, keys } = event
      return [step, '-', node, what, ...pairs(fields), ...keyPairs(keys)].join(' ')
    }
    case 'span':
    case 'octets':
    case 'secret':
      return undefined
  }
}

export const pipedVerdict = (result: ScenarioResult): string =>
  [result.outcome, ...pairs({ ...result })].join(' ')

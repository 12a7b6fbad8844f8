import type { JsonValue, TapEvent, TapState } from '../core/tap.ts'
import { displayName } from '../ladder/names.ts'

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

/** What goes wrong in a network beside the set-up, for stderr. */
const notices: Readonly<Record<string, (state: TapState) => string>> = {
  'process-ended': ({ node, fields }) =>
    `error: ${displayName(node)} ${text(fields['how'])} [ERR_NODE_ENDED]; type restart ${node}`,
  'peer-lost': ({ node, fields }) =>
    `error: ${displayName(node)} lost its connection to ${displayName(text(fields['peer']))} and tries again [ERR_PEER_LOST]`,
  'pc8-not-open': ({ node, fields }) =>
    `error: ${displayName(node)} could not open PC8: ${text(fields['message'])} [${text(fields['code'])}]`,
  fault: ({ node, fields }) =>
    `error: fault in ${displayName(node)}: ${text(fields['message'])} [${text(fields['code'])}]`,
}

/** The line of an event that somebody must see; undefined for all others. */
export const noticeOf = (event: TapEvent): string | undefined =>
  event.kind === 'state' ? notices[event.what]?.(event) : undefined

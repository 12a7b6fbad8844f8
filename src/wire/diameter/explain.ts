import { hex, readUint } from '../../core/bytes.ts'
import { MalformedMessage } from '../../core/errors.ts'
import { stoppedBy, textOf, type ByteRange, type Explanation } from '../explanation.ts'
import { partsInside } from '../inside.ts'
import { readAvps, type Avp } from './avp.ts'
import { headerLength, readHeader, type Header } from './header.ts'
import { baseCommands } from './base.ts'
import type { Command } from './command.ts'
import { avpName, fieldOf, isSecret } from './describe.ts'
import { findAvp } from './message.ts'

const dataOffset = ({ vendorId }: Avp): number => (vendorId === 0 ? 8 : 12)

/** What each octet of a Diameter message says, names from `commands` and the base protocol. Never throws. RFC 6733 3, 4. */
export function explainDiameter(octets: Uint8Array, commands: readonly Command[]): Explanation {
  if (octets.length < headerLength)
    return {
      name: 'unknown',
      ranges: [],
      stopped: { field: 'header', offset: octets.length, reason: `${headerLength} octets are needed` },
    }
  const header = readHeader(octets)
  const command = [...commands, ...baseCommands].find(
    ({ code, applicationId }) => code === header.commandCode && applicationId === header.applicationId,
  )
  const name = command?.names[header.request ? 0 : 1] ?? 'unknown'
  const { ranges, fault } = avpRanges(octets, header.request)
  return {
    name,
    ...(command ? { clause: command.clause } : {}),
    ranges: [headerRange(octets, header, name), ...ranges],
    ...(fault ? stoppedBy(fault) : {}),
  }
}

/** The AVPs of the message one after the other, up to the one that cannot be read. */
function avpRanges(octets: Uint8Array, request: boolean): { ranges: ByteRange[]; fault?: MalformedMessage } {
  const ranges: ByteRange[] = []
  for (let at = headerLength; at < octets.length;) {
    const padded = (readUint(octets, at + 5, 3) + 3) & ~3
    const end = padded >= 8 && at + padded < octets.length ? at + padded : octets.length
    try {
      for (const avp of readAvps(octets, at, end, findAvp)) ranges.push(avpRange(avp, request))
    } catch (error) {
      if (error instanceof MalformedMessage) return { ranges, fault: error }
      throw error
    }
    at = end
  }
  return { ranges }
}

function avpRange(avp: Avp, request: boolean): ByteRange {
  const { definition, data, offset, children } = avp
  const valueFrom = offset + dataOffset(avp)
  const within = children.map((child) => avpRange(child, request))
  const inside = definition?.inside && partsInside(definition.inside, data, valueFrom)
  const parts = within.length > 0 ? within : inside
  return {
    name: avpName(avp),
    from: offset,
    valueFrom,
    to: valueFrom + data.length,
    format: `${definition?.type.name ?? 'octets'}${avp.mandatory ? ', M' : ''}`,
    text: within.length > 0 ? `${within.length} AVPs` : valueText(avp, request),
    ...(parts && !isSecret(avp, request) ? { parts } : {}),
  }
}

function valueText(avp: Avp, request: boolean): string {
  const text = textOf(fieldOf(avp, request, () => '[key]'))
  const names = avp.definition?.type.values
  const named = names && Object.keys(names).find((name) => String(names[name]) === text)
  return named === undefined ? text : `${text} ${named}`
}

const headerFields = (
  header: Header,
  name: string,
): readonly (readonly [string, number, number, string])[] => [
  ['Version', 0, 1, '1'],
  ['Message Length', 1, 4, ''],
  ['Command Flags', 4, 5, flagText(header)],
  ['Command Code', 5, 8, `${header.commandCode} ${name}`],
  ['Application-ID', 8, 12, String(header.applicationId)],
  ['Hop-by-Hop Identifier', 12, 16, ''],
  ['End-to-End Identifier', 16, 20, ''],
]

const flagText = ({ request, proxiable, error, retransmitted }: Header): string =>
  [request ? 'R' : 'answer', proxiable ? 'P' : '', error ? 'E' : '', retransmitted ? 'T' : '']
    .filter((flag) => flag !== '')
    .join(' ')

function headerRange(octets: Uint8Array, header: Header, name: string): ByteRange {
  const parts = headerFields(header, name).map(([field, from, to, said]): ByteRange => {
    const number = field === 'Message Length' ? String(readUint(octets, from, to - from)) : ''
    const text = said !== '' ? said : number !== '' ? number : hex(octets.subarray(from, to))
    return { name: field, from, valueFrom: from, to, text }
  })
  return { name: 'Diameter header', from: 0, valueFrom: 0, to: headerLength, text: name, parts }
}

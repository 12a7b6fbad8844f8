import { utf8 } from '../../core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import { BTid } from '../../core/identities/b-tid.ts'
import { Instant } from '../../core/units.ts'
import { parseXml, type XmlElement } from '../../wire/xml.ts'
import type { BootstrappingInfo } from './exchange.ts'

export const bootstrappingInfoType = 'application/vnd.3gpp.bsf+xml'

const clause = 'TS 24.109 annex C'
const namespace = 'uri:3gpp-gba'

/** Whole seconds, as xs:dateTime has them here. */
const dateTime = (instant: Instant): string => `${new Date(instant).toISOString().slice(0, 19)}Z`

/** The document of the last answer, octet for octet as it is hashed: line ends are those of the published examples. TS 24.109 annex C. */
export const writeBootstrappingInfo = (info: BootstrappingInfo): Uint8Array =>
  utf8(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<BootstrappingInfo xmlns="${namespace}">`,
      `<btid>${info.btid}</btid>`,
      `<lifetime>${dateTime(info.expires)}</lifetime>`,
      '</BootstrappingInfo>',
      '',
    ].join('\n'),
  )

function textOf(root: XmlElement, name: string): string {
  const found = root.children.filter((child) => child.name === name && child.namespace === root.namespace)
  const [element] = found
  if (!element || found.length > 1) throw new MalformedMessage(name, 0, 'exactly one is needed', { clause })
  return element.text.trim()
}

/** xs:dateTime with its offset; a time without one is UTC. Fractions are cut off. */
function instantOf(text: string): Instant {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/.exec(text)
  const time = Date.parse(`${match?.[1] ?? ''}${match?.[2] ?? 'Z'}`)
  if (!match || Number.isNaN(time))
    throw new MalformedMessage('lifetime', 0, 'not a date and time', { clause })
  return Instant(time)
}

/** Any prefix, unknown elements and attributes are passed over. Throws MalformedMessage. */
export function parseBootstrappingInfo(octets: Uint8Array): BootstrappingInfo {
  const root = parseXml(octets)
  if (root.name !== 'BootstrappingInfo' || root.namespace !== namespace)
    throw new MalformedMessage('BootstrappingInfo', 0, 'not the root', { clause })
  try {
    return { btid: BTid(textOf(root, 'btid')), expires: instantOf(textOf(root, 'lifetime')) }
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new MalformedMessage('btid', 0, error.message, { clause, cause: error })
  }
}

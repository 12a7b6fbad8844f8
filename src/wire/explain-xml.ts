import { fromUtf8, utf8 } from '../core/bytes.ts'
import { MalformedMessage } from '../core/errors.ts'
import { stoppedBy, type ByteRange, type Explanation } from './explanation.ts'
import { parseXml, type XmlElement } from './xml.ts'

/** What more stands in the content of an element of this name that begins at octet `at`. */
export type Within = (name: string, text: string, at: number) => readonly ByteRange[] | undefined

/** What each octet of an XML document says: its elements, each with what stands in it. Never throws. */
export function explainXml(octets: Uint8Array, within: Within = () => undefined): Explanation {
  try {
    const root = parseXml(octets)
    const octetAt = octetPlaces(octets)
    return { name: root.name, ranges: [elementRange(root, octetAt, within)] }
  } catch (error) {
    if (error instanceof MalformedMessage) return { name: 'XML', ranges: [], ...stoppedBy(error) }
    throw error
  }
}

/** Places of characters as places of octets; equal in a document of ASCII. */
function octetPlaces(octets: Uint8Array): (character: number) => number {
  const text = fromUtf8(octets)
  if (text.length === octets.length) return (character) => character
  return (character) => utf8(text.slice(0, character)).length
}

function elementRange(
  element: XmlElement,
  octetAt: (character: number) => number,
  within: Within,
): ByteRange {
  const { name, attributes, children, text, place } = element
  const valueFrom = octetAt(place.contentFrom)
  const said = [...attributes].map(([attribute, value]) => `${attribute} ${value}`)
  const parts =
    children.length > 0
      ? children.map((child) => elementRange(child, octetAt, within))
      : within(name, text.trim(), valueFrom + text.length - text.trimStart().length)
  return {
    name,
    from: octetAt(place.from),
    valueFrom,
    to: octetAt(place.to),
    format: 'XML',
    text: [...said, children.length > 0 ? '' : text.trim()].filter((part) => part !== '').join(' '),
    ...(parts ? { parts } : {}),
  }
}

import { fromHex } from '../../core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import { maskedImsi } from '../../core/identities/subscriber.ts'
import { explainHttp } from '../../wire/explain-http.ts'
import { explainXml } from '../../wire/explain-xml.ts'
import { stoppedBy, type ByteRange, type Explanation } from '../../wire/explanation.ts'
import { gpiForm, nafIdForm, partsInside, type PartsForm } from '../../wire/inside.ts'
import { maskProseDirectKey } from './mask.ts'
import { decodeProseDirectKeyRequest, decodeProseDirectKeyResponse } from './messages.ts'

const clause = 'CR 33.303 6.X.3.2 steps 4 and 10'

/** Elements whose digits hold more than one thing. */
const inside: Readonly<Record<string, PartsForm>> = { gpi: gpiForm, 'naf-id': nafIdForm }

/** What each octet of a message on PC8 says, an IMSI only masked; a key that is masked counts as a key (R31). Never throws. */
export function explainPc8(octets: Uint8Array): Explanation {
  const explained = explainHttp(octets, explainBody)
  return { ...explained, ranges: explained.ranges.map(withMaskedImsi) }
}

const withMaskedImsi = (range: ByteRange): ByteRange => ({
  ...range,
  text:
    range.name === 'ue1-id'
      ? range.text.replace(/^type imsi (\d+)$/, (_, imsi: string) => `type imsi ${maskedImsi(imsi)}`)
      : range.text,
  ...(range.parts ? { parts: range.parts.map(withMaskedImsi) } : {}),
})

function explainBody(body: Uint8Array): Explanation {
  const explained = { ...explainXml(body, partsOfDigits), clause }
  if (explained.stopped) return explained
  try {
    if (explained.name === 'prose-direct-key-request') decodeProseDirectKeyRequest(body)
    else decodeProseDirectKeyResponse(withSomeKey(body))
    return explained
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    const field = error.field.replace(/ .*/, '')
    const offset = placeOf(explained.ranges, field) ?? error.offset
    return { ...explained, ...stoppedBy(error), stopped: { field, offset, reason: error.reason } }
  }
}

/** A digit of hex is one octet: each part takes two for every octet of what it says. */
function partsOfDigits(name: string, digits: string, at: number): readonly ByteRange[] | undefined {
  const form = inside[name]
  if (!form) return undefined
  try {
    return partsInside(form, fromHex(digits), 0).map((part) => ({
      ...part,
      ...{ from: at + 2 * part.from, valueFrom: at + 2 * part.valueFrom, to: at + 2 * part.to },
    }))
  } catch (error) {
    if (error instanceof InvalidValue) return undefined
    throw error
  }
}

/** The document with digits that could be a key where the zeros of a masked one are (R31). */
function withSomeKey(body: Uint8Array): Uint8Array {
  const filled = body.slice()
  for (const [start, end] of maskProseDirectKey(body).masked)
    if (body.subarray(start, end).every((digit) => digit === 0x30)) filled.fill(0x31, start, end)
  return filled
}

function placeOf(ranges: readonly ByteRange[], name: string): number | undefined {
  for (const range of ranges) {
    const place = range.name === name ? range.from : placeOf(range.parts ?? [], name)
    if (place !== undefined) return place
  }
  return undefined
}

import { MalformedMessage } from '../../core/errors.ts'
import { maskedImpi } from '../../core/identities/subscriber.ts'
import { isTmpi, shortTmpi } from '../../core/identities/tmpi.ts'
import { explainHttp } from '../../wire/explain-http.ts'
import { explainXml } from '../../wire/explain-xml.ts'
import { stoppedBy, type ByteRange, type Explanation } from '../../wire/explanation.ts'
import { parseBootstrappingInfo } from './bootstrapping-info.ts'

/** What each octet of a message on Ub says, an IMPI only masked (R31). Never throws. TS 24.109 4.3, annex C. */
export function explainUb(octets: Uint8Array): Explanation {
  const explained = explainHttp(octets, explainBody)
  return { ...explained, ranges: explained.ranges.map(withMaskedUser) }
}

function withMaskedUser(range: ByteRange): ByteRange {
  const user = range.parts?.find(({ name }) => name === 'username')
  if (!user) return range
  const shown = isTmpi(user.text) ? shortTmpi(user.text) : maskedImpi(user.text)
  const parts = range.parts?.map((part) => (part === user ? { ...part, text: shown } : part)) ?? []
  return { ...range, text: range.text.replaceAll(user.text, shown), parts }
}

function explainBody(body: Uint8Array): Explanation {
  const explained = { ...explainXml(body), clause: 'TS 24.109 annex C' }
  if (explained.stopped) return explained
  try {
    parseBootstrappingInfo(body)
    return explained
  } catch (error) {
    if (error instanceof MalformedMessage) return { ...explained, ...stoppedBy(error) }
    throw error
  }
}

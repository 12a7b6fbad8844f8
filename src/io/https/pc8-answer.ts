import { MalformedMessage } from '../../core/errors.ts'
import { wipe } from '../../core/keys.ts'
import { describeResponse } from '../../reference-points/pc8/describe.ts'
import { decodeProseDirectKeyResponse } from '../../reference-points/pc8/messages.ts'
import type { UbResponse } from '../../reference-points/ub/exchange.ts'
import { reasonOf, responseOctets } from '../../reference-points/ub/http-octets.ts'
import type { Pc8Message } from './pc8-message.ts'

/** An answer of the KMF as the UE heard it. */
export const answerOf = (
  answer: UbResponse,
  of: Pick<Pc8Message, 'client' | 'identity'>,
  context: string | undefined,
): Pc8Message => ({
  ...{ sender: 'kmf', ...of, context, octets: responseOctets(answer) },
  ...(documentIn(answer) ?? { name: `${answer.status} ${reasonOf(answer.status)}`, fields: {} }),
})

function documentIn({ status, body }: UbResponse) {
  if (status !== 200) return undefined
  try {
    const response = decodeProseDirectKeyResponse(body)
    const described = describeResponse(response)
    if (response.outcome === 'key') wipe(response.pdk)
    return described
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    return undefined
  }
}

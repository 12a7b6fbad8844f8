import { keyErrorCodes, type ProseDirectKeyResponse } from '../reference-points/pc8/exchange.ts'
import type { UbConnection, UbResponse } from '../reference-points/ub/exchange.ts'
import type { Spans } from './spans.ts'

type Side = 'client' | 'server'

/** The exchanges of a connection of Ub, each told. */
export const ubExchange =
  (side: Side, connection: UbConnection, spans: Spans): UbConnection['exchange'] =>
  (request, trace) =>
    spans(
      { side, point: 'Ub', name: 'GET' },
      trace,
      (context) => connection.exchange(request, context),
      causeOfUb,
    )

/** A challenge is what the first request is for. */
const causeOfUb = ({ status }: UbResponse): string | undefined =>
  status === 200 || status === 401 ? undefined : `HTTP ${status}`

/** Step 4 to step 10 at one end of PC8. */
export const keyRequest = (
  side: Side,
  trace: string | undefined,
  spans: Spans,
  work: (context: string | undefined) => Promise<ProseDirectKeyResponse>,
): Promise<ProseDirectKeyResponse> =>
  spans({ side, point: 'PC8', name: 'PROSE_DIRECT_KEY_REQUEST' }, trace, work, causeOfPc8)

const causeOfPc8 = (response: ProseDirectKeyResponse): string | undefined => {
  if (response.outcome === 'key') return undefined
  return response.outcome === 'error' ? keyErrorCodes[response.code] : 'bootstrapping renegotiation'
}

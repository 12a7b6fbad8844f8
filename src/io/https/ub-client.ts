import type { Timers } from '../../core/environment.ts'
import { inMilliseconds } from '../../core/units.ts'
import { describeRequest, describeResponse, identityOf } from '../../reference-points/ub/describe.ts'
import type { UbConnection, UbRequest, UbResponse } from '../../reference-points/ub/exchange.ts'
import { requestOctets, responseOctets } from '../../reference-points/ub/http-octets.ts'
import { ubTimers } from '../../reference-points/ub/timers.ts'
import { tcp, type Streams } from '../streams.ts'
import { systemTimers } from '../system.ts'
import { connectHttp } from './http-client.ts'
import type { UbMessage } from './ub-message.ts'

export interface UbClientOptions {
  /** Where the BSF listens; its name goes into Host only. */
  readonly address: string
  readonly port: number
  /** Gets what the UE says. */
  readonly onMessage?: (message: UbMessage) => void
  /** Gets what the BSF says, as far as it was understood. */
  readonly onAnswer?: (message: UbMessage) => void
  /** TCP and the time of the system, unless told otherwise. */
  readonly streams?: Streams
  readonly timers?: Timers
}

/** A connection to a BSF for one run, kept alive between its requests. */
export function connectUb(options: UbClientOptions): UbConnection {
  const { streams = tcp, timers = systemTimers, address: host, port, onMessage, onAnswer } = options
  return connectHttp({
    ...{ point: 'Ub', server: 'the BSF', timers, patience: inMilliseconds(ubTimers.exchange) },
    connect: () => streams.connect({ host, port }),
    ...(onMessage && {
      onRequest: (request, client, context) => onMessage(messageOf(request, client, context)),
    }),
    ...(onAnswer && {
      onResponse: (response, client, request, context) =>
        onAnswer(answerOf(response, client, identityOf(request), context)),
    }),
  })
}

const messageOf = (request: UbRequest, client: string, context: string | undefined): UbMessage => ({
  ...{ sender: 'ue', client, context, identity: identityOf(request), octets: requestOctets(request) },
  ...describeRequest(request),
})

const answerOf = (
  response: UbResponse,
  client: string,
  identity: string | undefined,
  context: string | undefined,
): UbMessage => ({
  ...{ sender: 'bsf', client, context, identity, octets: responseOctets(response) },
  ...describeResponse(response),
})

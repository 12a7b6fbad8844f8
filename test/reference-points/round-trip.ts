import { expect } from 'vitest'
import { hex } from '../../src/core/bytes.ts'
import type { Exchange } from '../../src/wire/diameter/command.ts'
import { decodeRows } from '../../src/wire/diameter/grammar.ts'
import { encodeMessage } from '../../src/wire/diameter/header.ts'
import { decodeMessage } from '../../src/wire/diameter/message.ts'
import { chainMessages } from '../wire/diameter/chain-messages.ts'

/** Requests of one kind with their answers, where the vectors have both. */
export const pairsOf = (request: string, answer: string) =>
  chainMessages
    .filter(({ name }) => name === request)
    .map((asked) => {
      const label = asked.label.replace(request, answer)
      return { label: asked.label, asked, answered: chainMessages.find((one) => one.label === label) }
    })

/** Octets to domain values and back: the same octets (GUSS and USS documents are compared by what they say). */
export function expectSameRequest<Request>(
  exchange: Exchange<Request, unknown>,
  octets: Uint8Array,
): Request {
  const { header, avps } = decodeMessage(octets)
  const request = exchange.decodeRequest(avps)
  const again = exchange.encodeRequest(request, decodeRows(exchange.command.request, avps))
  expect(hex(encodeMessage(header, again))).toBe(hex(octets))
  return request
}

/** The same for an answer to that request; gives the octets of the answer made of the domain values. */
export function answerAgain<Request, Answer>(
  exchange: Exchange<Request, Answer>,
  request: Request,
  octets: Uint8Array,
): { readonly answer: Answer; readonly octets: Uint8Array } {
  const { header, avps } = decodeMessage(octets)
  const answer = exchange.decodeAnswer(avps, request)
  const frame = decodeRows(exchange.command.answer, avps)
  return { answer, octets: encodeMessage(header, exchange.encodeAnswer(answer, frame)) }
}

import type { ProseError } from '../../core/errors.ts'
import type { Avp } from './avp.ts'
import { resultRows } from './avps-base.ts'
import { decodeRows, encodeRows, type AnyAvps, type AvpsOf, type Row } from './grammar.ts'
import { MalformedDiameter } from './malformed.ts'
import { resultCodes, type Result } from './result.ts'

/** A Diameter command and the grammars of its request and answer. RFC 6733 3.2. */
export interface Command<
  Request extends readonly Row[] = readonly Row[],
  Answer extends readonly Row[] = readonly Row[],
> {
  /** Abbreviations of request and answer, such as `BIR` and `BIA`. */
  readonly names: readonly [request: string, answer: string]
  readonly code: number
  /** 0 for the base protocol. */
  readonly applicationId: number
  readonly clause: string
  readonly request: Request
  /** Rows of a successful answer; what an unsuccessful one must have is only its result. */
  readonly answer: Answer
}

export const command = <const Request extends readonly Row[], const Answer extends readonly Row[]>(
  row: Command<Request, Answer>,
): Command<Request, Answer> => row

/** The result of an answer; throws MalformedDiameter unless it has exactly one. RFC 6733 7.1. */
export function resultOf(avps: readonly Avp[]): Result {
  const found = decodeRows(resultRows, avps)
  const code = found['Result-Code']
  const experimental = found['Experimental-Result']
  if (experimental && code === undefined)
    return { code: experimental['Experimental-Result-Code'], vendorId: experimental['Vendor-Id'] }
  if (code !== undefined && !experimental) return { code }
  throw new MalformedDiameter('Result-Code', 0, 'not exactly one of Result-Code and Experimental-Result', {
    resultCode: resultCodes.missingAvp,
  })
}

/** The AVPs that state a result. */
export const resultAvps = (result: Result) =>
  result.vendorId === undefined
    ? { 'Result-Code': result.code }
    : { 'Experimental-Result': { 'Vendor-Id': result.vendorId, 'Experimental-Result-Code': result.code } }

/** AVPs that a node adds to every request of an application. */
export type FrameName =
  | 'Session-Id'
  | 'Vendor-Specific-Application-Id'
  | 'Auth-Session-State'
  | 'Origin-Host'
  | 'Origin-Realm'
  | 'Destination-Realm'
  | 'Destination-Host'
  | 'Trace-Parent'
  | 'Result-Code'
  | 'Experimental-Result'
  | 'Error-Message'
  | 'Failed-AVP'

/** What a command says beyond its frame. */
export type Body<Rows extends readonly Row[]> = Omit<AvpsOf<Rows>, FrameName>

/** One command together with what it means: the only thing a node needs in order to ask or to answer it. */
export interface Exchange<Request, Answer> {
  readonly command: Command
  encodeRequest(request: Request, ...frame: readonly AnyAvps[]): Uint8Array
  /** Throws MalformedDiameter, or RefusedWithResult for a form that has a result of its own. */
  decodeRequest(avps: readonly Avp[]): Request
  encodeAnswer(answer: Answer, ...frame: readonly AnyAvps[]): Uint8Array
  /** Of an answer with a successful result; throws MalformedMessage. */
  decodeAnswer(avps: readonly Avp[], request: Request): Answer
  /** What the peer learns of an error. */
  causeOf(error: unknown): Result
  /** The error that an unsuccessful result stands for. */
  errorOf(result: Result, request: Request): ProseError
}

/** Binds a command to the types of its reference point. */
export function exchange<
  Request,
  Answer,
  const RequestRows extends readonly Row[],
  const AnswerRows extends readonly Row[],
>(row: {
  readonly command: Command<RequestRows, AnswerRows>
  readonly requestBody: (request: Request) => Body<RequestRows>
  readonly request: (avps: AvpsOf<RequestRows>) => Request
  readonly answerBody: (answer: Answer) => Body<AnswerRows>
  readonly answer: (avps: AvpsOf<AnswerRows>, request: Request) => Answer
  readonly causeOf: (error: unknown) => Result
  readonly errorOf: (result: Result, request: Request) => ProseError
}): Exchange<Request, Answer> {
  return {
    command: row.command,
    encodeRequest: (request, ...frame) => encodeRows(row.command.request, row.requestBody(request), ...frame),
    decodeRequest: (avps) => row.request(decodeRows(row.command.request, avps)),
    encodeAnswer: (answer, ...frame) => encodeRows(row.command.answer, row.answerBody(answer), ...frame),
    decodeAnswer: (avps, request) => row.answer(decodeRows(row.command.answer, avps), request),
    causeOf: (error) => row.causeOf(error),
    errorOf: (result, request) => row.errorOf(result, request),
  }
}

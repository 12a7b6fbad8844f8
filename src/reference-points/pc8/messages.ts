import { utf8 } from '../../core/bytes.ts'
import { InvalidValue, MalformedMessage } from '../../core/errors.ts'
import { needsNonce1 } from '../../core/extension-set.ts'
import { projectValues } from '../../core/project-values.ts'
import { parseXml, writeXml, type XmlElement, type XmlNode } from '../../wire/xml.ts'
import {
  keyErrorCodes,
  type KeyErrorCode,
  type ProseDirectKeyRequest,
  type ProseDirectKeyResponse,
} from './exchange.ts'
import {
  checkKnown,
  once,
  optional,
  readFields,
  UnknownPart,
  upTo,
  writeFields,
  type Table,
} from './fields.ts'
import { forms, unsigned32 } from './forms.ts'

const clause = 'CR 33.303 6.X.3.2 steps 4 and 10'

/** Retrieve ProSe Direct Key Request, in wire order. CR 33.303 6.X.3.2 step 4. */
const requestTable = {
  ue1Id: once('ue1-id', forms.ue1Id),
  ue2Id: once('ue2-prose-ue-id', forms.proseUeId),
  nafId: once('naf-id', forms.nafId),
  relayServiceCode: optional('relay-service-code', forms.relayServiceCode),
  resynchronisation: optional('resync', forms.resync),
  extensions: optional('extensions', forms.unsigned32),
  nonce1: optional('nonce-1', forms.octets16),
  requestToken: optional('request-token', forms.octets16),
}

/** Retrieve ProSe Direct Key Response with a key, in wire order. CR 33.303 6.X.3.2 step 10. */
const keyTable = {
  pdk: once('prose-direct-key', forms.pdk),
  keyExpiry: once('key-expiry', forms.dateTime),
  gpi: optional('gpi', forms.gpi),
  ue1ProseUeIds: upTo(8, 'ue1-prose-ue-id', forms.proseUeId),
}

const empty: Table[string]['form'] = {
  attributes: [],
  table: {},
  read: (element) => readFields(element, {}),
  write: () => ({}),
}

const outcomeTable = {
  renegotiation: optional('bootstrapping-renegotiation-request', empty),
  code: optional('error-code', forms.unsigned32),
}

/** A request that can be answered, with error-code 1, because its transaction is known. */
export class InvalidKeyRequest extends MalformedMessage {
  readonly transactionId: number

  constructor(transactionId: number, error: MalformedMessage) {
    super(error.field, error.offset, error.message, { cause: error, clause })
    this.transactionId = transactionId
  }
}

/** The set of UE-1 and UE-2 is not the one that this KMF holds for the two networks. */
export const extensionsDiffer = ({ transactionId }: ProseDirectKeyRequest): InvalidKeyRequest =>
  new InvalidKeyRequest(
    transactionId,
    new MalformedMessage('extensions', 0, 'not the set in use', { clause }),
  )

const rootNode = (name: string, transactionId: number, content: readonly XmlNode[]): string =>
  writeXml({
    name,
    attributes: { xmlns: projectValues.pc8Namespace.value, 'transaction-id': String(transactionId) },
    content,
  })

/** The root of a document of PC8 and its transaction-id; every part of it is known. */
function rootOf(octets: Uint8Array, name: string, table: Table): [XmlElement, number] {
  const root = parseXml(octets)
  if (root.name !== name || root.namespace !== projectValues.pc8Namespace.value)
    throw new UnknownPart(root.name, 0, `the root is not ${name}`)
  for (const attribute of root.attributes.keys())
    if (attribute !== 'transaction-id') throw new UnknownPart(root.name, 0, 'unknown attribute')
  checkKnown(root, table)
  return [root, transactionIdOf(root)]
}

function transactionIdOf(root: XmlElement): number {
  try {
    return unsigned32(root.attributes.get('transaction-id') ?? '')
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new MalformedMessage('transaction-id', 0, error.message, { cause: error, clause })
  }
}

export const encodeProseDirectKeyRequest = (request: ProseDirectKeyRequest): Uint8Array => {
  const { extensions, ...fields } = request
  return utf8(
    rootNode(
      'prose-direct-key-request',
      request.transactionId,
      writeFields(extensions === 0 ? fields : { ...fields, extensions }, requestTable),
    ),
  )
}

/**
 * Throws InvalidKeyRequest where a known element is missing, repeated, out of order or not of its form, and
 * MalformedMessage where the document is no request of PC8 at all.
 */
export function decodeProseDirectKeyRequest(octets: Uint8Array): ProseDirectKeyRequest {
  const [root, transactionId] = rootOf(octets, 'prose-direct-key-request', requestTable)
  try {
    const { extensions = 0, ...fields } = readFields(root, requestTable)
    if (needsNonce1(extensions) && !fields.nonce1)
      throw new MalformedMessage('nonce-1', 0, 'missing', { clause })
    return { transactionId, ...fields, extensions }
  } catch (error) {
    throw error instanceof MalformedMessage ? new InvalidKeyRequest(transactionId, error) : error
  }
}

export const encodeProseDirectKeyResponse = (response: ProseDirectKeyResponse): Uint8Array =>
  utf8(writeProseDirectKeyResponse(response))

/** The document as text, which is ASCII. */
export function writeProseDirectKeyResponse(response: ProseDirectKeyResponse): string {
  const name = 'prose-direct-key-response'
  switch (response.outcome) {
    case 'key':
      return rootNode(name, response.transactionId, writeFields(response, keyTable))
    case 'bootstrapping-renegotiation':
      return rootNode(name, response.transactionId, writeFields({ renegotiation: true }, outcomeTable))
    case 'error':
      return rootNode(name, response.transactionId, writeFields({ code: response.code }, outcomeTable))
  }
}

/** Throws MalformedMessage; a PDK of a wrong length or of zeros is one (R30). */
export function decodeProseDirectKeyResponse(octets: Uint8Array): ProseDirectKeyResponse {
  const [root, transactionId] = rootOf(octets, 'prose-direct-key-response', { ...keyTable, ...outcomeTable })
  const isOutcome = Object.values(outcomeTable).some((row) => row.element === root.children[0]?.name)
  if (!isOutcome) return { transactionId, outcome: 'key', ...readFields(root, keyTable) }
  const { code } = readFields(root, outcomeTable)
  if (root.children.length > 1) throw new MalformedMessage(root.name, 0, 'two outcomes', { clause })
  if (code === undefined) return { transactionId, outcome: 'bootstrapping-renegotiation' }
  if (!isErrorCode(code)) throw new MalformedMessage('error-code', 0, 'unknown', { clause })
  return { transactionId, outcome: 'error', code }
}

const isErrorCode = (code: number): code is KeyErrorCode => Object.hasOwn(keyErrorCodes, code)

/** The response, if it is one that may follow this request (B49); throws MalformedMessage. */
export function responseTo(request: ProseDirectKeyRequest, octets: Uint8Array): ProseDirectKeyResponse {
  const response = decodeProseDirectKeyResponse(octets)
  if (response.transactionId !== request.transactionId)
    throw new MalformedMessage('transaction-id', 0, 'of another request', { clause })
  const needsGpi = request.ue1Id.kind === 'imsi' || request.resynchronisation !== undefined
  if (response.outcome === 'key' && needsGpi && response.gpi === undefined)
    throw new MalformedMessage('gpi', 0, 'missing', { clause })
  return response
}

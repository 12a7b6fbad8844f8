import type { Fields, ReferencePoint, TapMessage } from '../core/tap.ts'
import { traceOf } from '../core/traceparent.ts'
import type { DiameterEvent } from '../io/diameter/node.ts'
import { fingerprint } from '../crypto/fingerprint.ts'
import { proseKey } from '../reference-points/pc6/key-request.ts'
import { multimediaAuth } from '../reference-points/zh/multimedia-auth.ts'
import { bootstrappingInfo } from '../reference-points/zn/bootstrapping-info.ts'
import { pushInfo } from '../reference-points/zn/push-info.ts'
import { resultOf } from '../wire/diameter/command.ts'
import { meKeyMaterial, proseDirectKey } from '../wire/diameter/avps-3gpp.ts'
import { describe, type KeyText } from '../wire/diameter/describe.ts'
import { maskAvps } from '../wire/diameter/mask.ts'
import { experimentalResultCodes, isExperimental } from '../wire/diameter/result.ts'
import type { NodeContext } from './node.ts'
import { stepOf } from './steps.ts'

const pointOfApplication: ReadonlyMap<number, ReferencePoint> = new Map([
  [multimediaAuth.command.applicationId, 'Zh'],
  [bootstrappingInfo.command.applicationId, 'Zn'],
  [pushInfo.command.applicationId, 'Zpn'],
  [proseKey.command.applicationId, 'PC6'],
])

/** The reference point of a connection by the kinds of its ends: base protocol messages are of no application. */
const pointOfEnds: Readonly<Record<string, ReferencePoint>> = {
  'bsf hss': 'Zh',
  'bsf kmf': 'Zn',
  'kmf kmf': 'PC6',
}

const kindOf = (node: string): string => /^[a-z]*/.exec(node)?.[0] ?? ''

const pointBetween = (from: string, to: string): ReferencePoint =>
  pointOfEnds[[kindOf(from), kindOf(to)].sort().join(' ')] ?? 'PC6'

/** A key answer that asks for bootstrapping is step RN2, not 9. CR 33.303 6.X.3.3. */
function stepIn({ name, message }: DiameterEvent) {
  if (name !== 'PKA') return stepOf(name)
  const renegotiation = isExperimental(
    resultOf(message.avps),
    experimentalResultCodes.transactionIdentifierInvalid,
  )
  return renegotiation ? { step: 'RN2' as const } : stepOf(name)
}

/** Keys that both ends derive or hand on can be compared by their fingerprints; K, RES, CK and IK have none. */
const keyText: KeyText = ({ definition, data }) =>
  definition === meKeyMaterial || definition === proseDirectKey ? `#${fingerprint(data)}` : '[key]'

/** Octets and AVPs of a message for who looks at them: most who hear of a message do not. */
function contentOf({ message, octets }: DiameterEvent, revealsKeys: boolean) {
  let content: Pick<TapMessage, 'bytes' | 'masked'> | undefined
  let fields: Fields | undefined
  const read = () => (content ??= revealsKeys ? { bytes: octets.slice(), masked: [] } : maskAvps(message))
  return {
    bytes: () => read().bytes,
    masked: () => read().masked,
    fields: () => (fields ??= describe(message, keyText)),
  }
}

/** Tells the Diameter messages that one node sends, key AVPs zeroed. */
export const diameterTap = (node: string, { names, config, unsafeRevealKeys, tap, clock }: NodeContext) => {
  const peers = new Map<string, { readonly to: string; readonly between: ReferencePoint }>()
  const lookUp = (host: string) => {
    const to = names.ofHost(host) ?? host
    const found = { to, between: pointBetween(node, to) }
    peers.set(host, found)
    return found
  }
  return (event: DiameterEvent): void => {
    if (event.direction !== 'sent') return
    const { message, name, context, peer } = event
    const { to, between } = peers.get(peer) ?? lookUp(peer)
    // A message of the base protocol keeps the connection; it belongs to no step.
    const heartbeat = message.header.applicationId === 0
    const content = contentOf(event, unsafeRevealKeys)
    tap({
      kind: 'message',
      time: clock.now(),
      from: node,
      point: pointOfApplication.get(message.header.applicationId) ?? between,
      to,
      name,
      protection: config.diameter.unsafePlainTcp ? 'clear' : 'ciphered',
      get bytes() {
        return content.bytes()
      },
      get masked() {
        return content.masked()
      },
      get fields() {
        return content.fields()
      },
      ...(heartbeat ? { heartbeat } : stepIn(event)),
      ...(context === undefined ? {} : { context: traceOf(context) }),
    })
  }
}

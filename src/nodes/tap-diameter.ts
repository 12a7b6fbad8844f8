import type { ReferencePoint } from '../core/tap.ts'
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
import type { NodeContext, NodeVoice } from './node.ts'
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

function pointOf(applicationId: number, from: string, to: string): ReferencePoint {
  const ends = [kindOf(from), kindOf(to)].sort().join(' ')
  return pointOfApplication.get(applicationId) ?? pointOfEnds[ends] ?? 'PC6'
}

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

/** Tells the Diameter messages that one node sends, key AVPs zeroed. */
export const diameterTap =
  (node: string, voice: NodeVoice, { names, config, unsafeRevealKeys }: NodeContext) =>
  (event: DiameterEvent): void => {
    if (event.direction !== 'sent') return
    const { message, octets, name, context, peer } = event
    const to = names.ofHost(peer) ?? peer
    voice.message({
      ...{ point: pointOf(message.header.applicationId, node, to), to, name },
      protection: config.diameter.unsafePlainTcp ? 'clear' : 'ciphered',
      ...(unsafeRevealKeys ? { bytes: octets.slice(), masked: [] } : maskAvps(message)),
      fields: describe(message, keyText),
      // A message of the base protocol keeps the connection; it belongs to no step.
      ...(message.header.applicationId === 0 ? { heartbeat: true } : stepIn(event)),
      ...(context === undefined ? {} : { context }),
    })
  }

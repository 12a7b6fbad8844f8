import { sqnHex } from '../../core/sequence-number.ts'
import { Rand, Sqn, type Resynchronisation } from '../../core/aka.ts'
import { IdentityUnknown, SynchronisationRefused } from '../../core/errors.ts'
import { refusalFields } from '../../core/refusal.ts'
import { maskedImsi } from '../../core/identities/subscriber.ts'
import { akaFunctions, generateVector, verifyAuts } from '../../crypto/aka.ts'
import type { MultimediaAuthAnswer, MultimediaAuthRequest } from '../../reference-points/zh/exchange.ts'
import { gussOf } from './guss.ts'
import type { HssPorts, Subscriber } from './ports.ts'
import { nextSqn } from './sequence.ts'

/**
 * Zh at the HSS: one fresh vector and the GUSS. Its SQN is durable before the vector leaves (R34).
 * Throws IdentityUnknown (5401), SynchronisationRefused (5012), or what the store throws. TS 29.109 4.2.
 */
export async function multimediaAuth(
  request: MultimediaAuthRequest,
  ports: HssPorts,
  context?: string,
): Promise<MultimediaAuthAnswer> {
  try {
    return await freshVector(request, ports, context)
  } catch (error) {
    // The true reason, for this node only (R10).
    ports.report({
      what: 'refused',
      fields: { ...refusalFields(error, 'HSS'), point: 'Zh' },
      ...(context === undefined ? {} : { context }),
    })
    throw error
  }
}

async function freshVector(
  request: MultimediaAuthRequest,
  ports: HssPorts,
  context: string | undefined,
): Promise<MultimediaAuthAnswer> {
  const subscriber = await ports.subscribers.findByImpi(request.impi)
  if (!subscriber) {
    ports.count('zh-identity-unknown')
    throw new IdentityUnknown('no such subscriber', 'TS 29.109 6.2.2.1')
  }
  const { imsi } = subscriber
  const atLeast = await sqnOfUsim(subscriber, request.resynchronisation, ports)
  const sqn = await ports.subscribers.advanceSqn(imsi, (last) => nextSqn(last > atLeast ? last : atLeast))
  const rand = Rand(ports.random.octets(16))
  await ports.subscribers.rememberRand(imsi, rand, ports.clock.now())
  const vector = generateVector(akaFunctions(subscriber.aka), rand, sqn, subscriber.amf)
  ports.report({
    what: request.resynchronisation ? 'vector-after-resynchronisation' : 'vector',
    fields: { imsi: maskedImsi(imsi), sqn: sqnHex(sqn) },
    ...(context === undefined ? {} : { context }),
  })
  return { impi: subscriber.impi, vector, guss: gussOf(subscriber) }
}

/**
 * SQN_MS of an AUTS that answers a RAND we sent to this subscriber, each RAND once (R35); 0 without AUTS.
 * SQN_HE is only ever raised: TS 33.102 6.3.5 would lower it too, and use an SQN again (R34).
 */
async function sqnOfUsim(
  { imsi, aka }: Subscriber,
  resynchronisation: Resynchronisation | undefined,
  ports: HssPorts,
): Promise<Sqn> {
  if (!resynchronisation) return Sqn(0)
  const { rand, auts } = resynchronisation
  const sent = await ports.subscribers.takeRand(imsi, rand, ports.clock.now())
  const sqn = sent ? verifyAuts(akaFunctions(aka), rand, auts) : 'mac-failure'
  if (sqn !== 'mac-failure') return sqn
  ports.count('zh-synchronisation-refused')
  throw new SynchronisationRefused('the AUTS answers no RAND of ours', 'TS 33.102 6.3.5')
}

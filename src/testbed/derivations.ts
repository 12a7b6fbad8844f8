import type { Rand } from '../core/aka.ts'
import type { EeaId, EiaId } from '../core/algorithm-ids.ts'
import { fromHex, hex, u16 } from '../core/bytes.ts'
import { ProseError } from '../core/errors.ts'
import { Fqdn } from '../core/identities/fqdn.ts'
import { nafIdOf, UaId, type NafId } from '../core/identities/naf-id.ts'
import { proseUeIdFromHex, type ProseUeId } from '../core/identities/prose.ts'
import { Impi } from '../core/identities/subscriber.ts'
import type { Ck, Ik, KdSess, Ks, KsNaf, Pdk } from '../core/keys.ts'
import type { Fields, JsonValue, Tap, TapMessage, TapState } from '../core/tap.ts'
import { fingerprint } from '../crypto/fingerprint.ts'
import { ksNafInput, ksOf } from '../crypto/gba-keys.ts'
import { inputOf, kdf, type KdfInput } from '../crypto/kdf.ts'
import { kdSessInput, pdkInput, pekInput, pikInput } from '../crypto/prose-keys.ts'
import { multimediaAuthCommand } from '../reference-points/zh/command.ts'
import { multimediaAuth } from '../reference-points/zh/multimedia-auth.ts'
import { decodeMessage } from '../wire/diameter/message.ts'
import { decodeRows } from '../wire/diameter/grammar.ts'

/** A key that is known with its octets; of a Ks also what it was made of. */
interface Known {
  readonly name: string
  readonly octets: Uint8Array
  readonly vector?: Vector
}

interface Vector {
  readonly rand: Rand
  readonly autn: Uint8Array
  readonly impi: Impi
  readonly ck: Ck
  readonly ik: Ik
}

/** A key that a node named and whose inputs are looked for. */
interface Wanted {
  readonly name: string
  readonly told: TapState
}

interface Found extends Known {
  readonly from: string
  readonly fields: Fields
}

/** Of keys, nonces and identities so many of the last ones are tried. */
const most = 32

/** Leaves the last `most`. */
function dropOldest(values: Map<string, unknown>, most: number): void {
  for (const oldest of values.keys()) {
    if (values.size <= most) return
    values.delete(oldest)
  }
}

/** The last `most` values, each once. */
class Recent<Value> {
  readonly #values = new Map<string, Value>()

  add(id: string, value: Value): void {
    this.#values.delete(id)
    this.#values.set(id, value)
    dropOldest(this.#values, most)
  }

  get all(): readonly Value[] {
    return [...this.#values.values()]
  }
}

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '')

/**
 * The tap of a run that reveals keys, with a `derivation` behind each key that a node names for the first time: every input of
 * the KDF call that gives it. Inputs come from messages, which have their keys here; they are right because the result has
 * the fingerprint that the node told. So no entity has a way to hand out a key. TS 33.220 B.2.
 */
export function withDerivations(tap: Tap): Tap {
  const search = new Search()
  return (event) => {
    tap(event)
    if (event.kind === 'message') search.message(event)
    else if (event.kind === 'state') search.state(event)
    else return
    for (const [{ name, told }, { from, octets, fields }] of search.found()) {
      const { time, node, step, context } = told
      const keys = { [name]: fingerprint(octets), ...fingerprintOf(told, from) }
      const derivation = { name, from, ...fields, key: hex(octets) }
      const placed = { ...(step && { step }), ...(context !== undefined && { context }) }
      tap({ kind: 'state', time, node, ...placed, what: 'derivation', fields: derivation, keys })
    }
  }
}

const fingerprintOf = ({ keys = {} }: TapState, name: string) =>
  keys[name] === undefined ? {} : { [name]: keys[name] }

class Search {
  readonly #known = new Map<string, Known>()
  readonly #wanted = new Map<string, Wanted>()
  readonly #vectors = new Recent<Vector>()
  readonly #nafs = new Recent<NafId>()
  readonly #ue2Ids = new Recent<ProseUeId>()
  readonly #nonces1 = new Recent<Uint8Array>()
  readonly #nonces2 = new Recent<Uint8Array>()

  message({ name, fields, bytes }: TapMessage): void {
    const [nonce1, nonce2] = [text(fields['nonce1']), text(fields['nonce2'])]
    if (nonce1 !== '') this.#nonces1.add(nonce1, fromHex(nonce1))
    if (nonce2 !== '') this.#nonces2.add(nonce2, fromHex(nonce2))
    const vector = name === 'MAA' ? vectorIn(bytes) : undefined
    if (vector) this.#vectors.add(hex(vector.rand), vector)
  }

  state(told: TapState): void {
    const { naf, uaId, ue2Id } = told.fields
    if (typeof naf === 'string' && typeof uaId === 'string')
      this.#nafs.add(naf + uaId, nafIdOf(Fqdn(naf), UaId(fromHex(uaId))))
    if (typeof ue2Id === 'string') this.#ue2Ids.add(ue2Id, proseUeIdFromHex(ue2Id))
    for (const [name, print] of Object.entries(told.keys ?? {}))
      if (!this.#known.has(print) && !this.#wanted.has(print)) this.#wanted.set(print, { name, told })
    dropOldest(this.#wanted, most)
  }

  /** What can be told now; one key may be the input of the next. */
  *found(): Generator<readonly [Wanted, Found]> {
    for (let more = true; more;) {
      more = false
      for (const [print, wanted] of this.#wanted) {
        const found = this.#search(wanted.name, print)
        if (!found) continue
        more = true
        this.#wanted.delete(print)
        this.#known.set(print, found)
        dropOldest(this.#known, most * 8)
        yield [wanted, found]
      }
    }
  }

  #search(name: string, print: string): Found | undefined {
    for (const candidate of this.#candidates(name))
      if (fingerprint(candidate.octets) === print) return candidate
    return undefined
  }

  *#candidates(name: string): Generator<Found> {
    switch (name) {
      case 'Ks':
        for (const vector of this.#vectors.all) yield fromVector(vector)
        break
      case 'Ks_NAF':
      case 'Ks_int_NAF':
        yield* this.#nafKeys(name)
        break
      case 'PDK':
        for (const ue2Id of this.#ue2Ids.all) {
          yield* this.#made('PDK', 'Ks_NAF', pdkInput(ue2Id), ['UE-2 ID'])
          for (const nonce1 of this.#nonces1.all)
            yield* this.#made('PDK', 'Ks_NAF', pdkInput(ue2Id, nonce1), ['UE-2 ID', 'Nonce_1'])
        }
        break
      case 'KD-sess':
        for (const nonce1 of this.#nonces1.all)
          for (const nonce2 of this.#nonces2.all)
            yield* this.#made('KD-sess', 'PDK', kdSessInput(nonce1, nonce2), ['Nonce_1', 'Nonce_2'])
        break
      case 'PEK':
        for (const eea of [0, 1, 2, 3] as const satisfies readonly EeaId[])
          yield* this.#made('PEK', 'KD-sess', pekInput(eea), ['type', 'EEA'])
        break
      case 'PIK':
        for (const eia of [1, 2, 3] as const satisfies readonly EiaId[])
          yield* this.#made('PIK', 'KD-sess', pikInput(eia), ['type', 'EIA'])
        break
    }
  }

  *#nafKeys(name: string): Generator<Found> {
    const label = name === 'Ks_int_NAF' ? 'gba-u' : 'gba-me'
    for (const ks of this.#named('Ks')) {
      if (!ks.vector) continue
      const { rand, impi } = ks.vector
      for (const nafId of this.#nafs.all)
        yield made(name, ks, ksNafInput(label, rand, impi, nafId), [label, 'RAND', 'IMPI', 'NAF_Id'])
    }
  }

  *#made(name: string, from: string, input: KdfInput, names: readonly string[]): Generator<Found> {
    for (const key of this.#named(from)) yield made(name, key, input, names)
  }

  #named(name: string): readonly Known[] {
    return [...this.#known.values()].filter((key) => key.name === name).reverse()
  }
}

const fromVector = (vector: Vector): Found => {
  const { ck, ik, rand, autn } = vector
  const fields = { rand: hex(rand), autn: hex(autn), ck: hex(ck), ik: hex(ik) }
  return { name: 'Ks', from: 'K', octets: ksOf(ck, ik), vector, fields }
}

/** PEK and PIK are the last 16 octets of what the KDF gives. */
function made(name: string, key: Known, [fc, parameters]: KdfInput, names: readonly string[]): Found {
  const output = kdf(key.octets as Ks | KsNaf | Pdk | KdSess, fc, parameters)
  const fields = {
    input: hex(key.octets),
    fc: hex(Uint8Array.of(fc)),
    parameters: parameters.map((value, at) => ({
      ...{ name: names[at] ?? '', value: hex(value), length: hex(u16(value.length)) },
    })),
    ...{ s: hex(inputOf(fc, parameters)), output: hex(output) },
  }
  const octets = name === 'PEK' || name === 'PIK' ? output.subarray(16) : output
  return { name, from: key.name, octets, fields }
}

/** The vector of an MAA; undefined for one that has none. */
function vectorIn(octets: Uint8Array): Vector | undefined {
  try {
    const { avps } = decodeMessage(octets)
    const impi = Impi(decodeRows(multimediaAuthCommand.answer, avps)['User-Name'] ?? '')
    const { vector } = multimediaAuth.decodeAnswer(avps, { impi })
    return { ...vector, impi }
  } catch (error) {
    if (error instanceof ProseError) return undefined
    throw error
  }
}

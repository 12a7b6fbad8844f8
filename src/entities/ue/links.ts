import type { Clock, Random, Timers } from '../../core/environment.ts'
import { MalformedMessage, ProseError, TemporaryFailure } from '../../core/errors.ts'
import type { NafId } from '../../core/identities/naf-id.ts'
import type { Layer2Id } from '../../core/identities/prose.ts'
import { wipe } from '../../core/keys.ts'
import { tell, type Count, type Report } from '../../core/tap.ts'
import { ue2Context } from '../../core/traceparent.ts'
import { Instant, milliseconds, type Milliseconds } from '../../core/units.ts'
import type { DirectCommunicationRequest, Pc5Message } from '../../reference-points/pc5/messages.ts'
import { decodePdu, decodeSignalling, kdSessIdOf, lcids } from '../../reference-points/pc5/pdcp.ts'
import type { SlSchFrame } from '../../reference-points/pc5/sl-sch.ts'
import { traceIdOf } from '../../crypto/trace.ts'
import { forgetReading, type GbaPush } from './gba/push.ts'
import type { KeyRequest, KeyRetrieval } from './key-retrieval.ts'
import { admission, checkRoom, KeyRequestsUnderWay } from './link/half-open.ts'
import type {
  Attempt,
  AttemptEnd,
  LinkEffect,
  LinkEnv,
  LinkEvent,
  LinkFacts,
  LinkSettings,
  LinkState,
  LinkTimer,
  OutgoingMessage,
  RekeyingEnd,
} from './link/link.ts'
import { LinkTable, type LinkEntry } from './link/link-table.ts'
import { NonceMemory, SequenceNumbers } from './link/peer-memory.ts'
import { answerTo, checkRequest, isSameRequest } from './link/check-request.ts'
import { refusal } from './link/refusal.ts'
import { isSameUe } from './link/same-ue.ts'
import { step } from './link/step.ts'
import { transmitClear } from './link/transmit.ts'

export interface LinksPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly report: Report
  readonly count: Count
  /** Puts a message of a link on the air. */
  transmit(
    message: OutgoingMessage,
    peer: Layer2Id,
    link: { readonly label?: string; readonly trace?: string },
  ): void
  retrieveKey(request: KeyRequest, trace: string): Promise<KeyRetrieval>
  readonly push: GbaPush
  secured(entry: LinkEntry): void
  /** Steps 3 to 14 anew, beside a link whose PDK ends soon. */
  renew(entry: LinkEntry): void
  received(entry: LinkEntry, sduType: 'ip' | 'non-ip', octets: Uint8Array): void
  /** A link that was live is no more; `goesOnAs` is a live one that is with the same UE, if there is one. */
  gone(entry: LinkEntry, goesOnAs: LinkEntry | undefined): void
}

/** A timer of a link: when it ends, and when it is due by now. */
interface RunningTimer {
  readonly ends: Instant
  due: Instant
  readonly stop: () => void
}

/** Runs the link machines of a UE: gives each its events, carries out its effects, keeps their table. */
export class Links {
  readonly table = new LinkTable()
  readonly #settings: LinkSettings
  readonly #ports: LinksPorts
  readonly #timers = new Map<LinkEntry, Map<LinkTimer, RunningTimer>>()
  readonly #attempts = new Map<LinkEntry, (end: AttemptEnd) => void>()
  readonly #rekeyings = new Map<LinkEntry, readonly ((end: RekeyingEnd) => void)[]>()
  #closed = false
  readonly #keyRequests = new KeyRequestsUnderWay()
  readonly #sequenceNumbers = new SequenceNumbers()
  readonly #seen = { nonce1: new NonceMemory(), nonce2: new NonceMemory() }

  readonly #env: LinkEnv

  constructor(settings: LinkSettings, ports: LinksPorts) {
    this.#settings = settings
    this.#ports = ports
    this.#env = {
      get now() {
        return ports.clock.now()
      },
      ...{ random: ports.random, settings },
      nextSequenceNumber: (peer) => this.#sequenceNumbers.next(peer),
      takenOctets: (peer, octet) => this.table.takenOctets(peer, octet),
      wasSeen: (nonce, peer, octets) => this.#seen[nonce].has(peer, octets),
      isPTidTaken: (ptId) => ports.push.isTaken(ptId),
      liveLinks: (peer) => this.table.live(peer),
    }
  }

  timers(): readonly { readonly link: string; readonly timer: LinkTimer; readonly ends: Instant }[] {
    return [...this.#timers].flatMap(([{ label }, running]) =>
      [...running].map(([timer, { due }]) => ({ link: label, timer, ends: due })),
    )
  }

  /** UE-1: one attempt, to its end. */
  attempt(attempt: Omit<Attempt, 'capabilities'>): {
    readonly entry: LinkEntry
    readonly end: Promise<AttemptEnd>
  } {
    const entry = this.table.begin(attempt.peer, traceIdOf(attempt.nonce1))
    const end = new Promise<AttemptEnd>((resolve) => this.#attempts.set(entry, resolve))
    if (this.#closed && attempt.key) wipe(attempt.key.ksNaf)
    this.dispatch(entry, this.#closed ? { kind: 'abandon' } : { kind: 'connect', attempt })
    return { entry, end }
  }

  /** A frame for this UE. */
  hear({ source, lcid, pdu }: SlSchFrame): void {
    try {
      if (lcid === lcids.unprotected) this.#hearUnprotected(source, decodePdu(lcid, pdu).data)
      else this.#hearProtected(source, lcid, pdu)
    } catch (error) {
      if (!(error instanceof ProseError)) throw error
      this.#drop(error.code)
    }
  }

  /** One event for one link; what it makes the link do is done before this returns. */
  dispatch(entry: LinkEntry, event: LinkEvent): void {
    const before = entry.state
    const [state, ...effects] = step(before, event, this.#env)
    this.table.move(entry, state)
    for (const effect of effects) this.#carryOut(entry, effect)
    if (entry.state.phase !== 'closed') return
    for (const { stop } of this.#timers.get(entry)?.values() ?? []) stop()
    this.#timers.delete(entry)
    if (this.#rekeyings.has(entry))
      this.#endRekeying(entry, { outcome: 'kept', error: new TemporaryFailure('the link ended') })
    // What an effect did, such as a listener that closes the UE, may have ended it already.
    if (this.table.remove(entry) && isLive(before)) this.#ports.gone(entry, this.#goesOnAs(before.facts))
  }

  /** A live link is rekeyed, or a rekeying under way goes on; to its end. */
  rekey(entry: LinkEntry): Promise<RekeyingEnd> {
    const end = new Promise<RekeyingEnd>((resolve) => {
      this.#rekeyings.set(entry, [...(this.#rekeyings.get(entry) ?? []), resolve])
    })
    this.dispatch(entry, { kind: 'rekey' })
    return end
  }

  /** Erases every context without a word; attempts that begin later end at once. */
  close(): void {
    this.#closed = true
    for (const entry of this.table.all()) this.dispatch(entry, { kind: 'abandon' })
  }

  #hearProtected(peer: Layer2Id, lcid: Exclude<SlSchFrame['lcid'], 28>, pdu: Uint8Array): void {
    const kdSessId = kdSessIdOf(pdu)
    const entry = this.table.forPdu(peer, lcid, kdSessId)
    if (entry) this.dispatch(entry, { kind: 'pdu', lcid, kdSessId, pdu })
    else this.#drop('ERR_UNKNOWN_CONTEXT')
  }

  #hearUnprotected(peer: Layer2Id, sdu: Uint8Array): void {
    const message = this.#decode(peer, sdu)
    if (message?.type === 'directCommunicationRequest') {
      this.#requested(message, peer)
      return
    }
    if (!message) return
    const waiting = this.table.forAnswer(peer, message.type)
    for (const entry of waiting) this.dispatch(entry, { kind: 'message', message })
    if (waiting.length === 0) this.#drop(`${message.type} that nobody waits for`)
  }

  /** A REQUEST that is well formed but for an element of the change request is answered, all else is not. */
  #decode(peer: Layer2Id, sdu: Uint8Array): Pc5Message | undefined {
    try {
      return decodeSignalling(lcids.unprotected, sdu)
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#refuse(error, peer)
      return undefined
    }
  }

  #requested(request: DirectCommunicationRequest, peer: Layer2Id): void {
    const known = this.table.toward(peer).find(({ state }) => isSameRequest(state, request))
    if (known) {
      this.dispatch(known, { kind: 'request-again' })
      return
    }
    try {
      checkRequest(request, peer, this.#env)
      checkRoom(this.table, peer, this.#settings.maximumLinks)
    } catch (error) {
      if (!(error instanceof ProseError)) throw error
      this.#refuse(error, peer)
      return
    }
    this.#admit(request, peer)
  }

  #admit(request: DirectCommunicationRequest, peer: Layer2Id): void {
    const decision = admission(this.table, peer, request.ue1Id, this.#keyRequests)
    if (!decision.admitted) {
      this.#drop(`no room: ${decision.why}`)
      return
    }
    if (decision.evicted) this.#evict(decision.evicted)
    this.#seen.nonce1.add(peer, request.nonce1)
    const entry = this.table.begin(peer, traceIdOf(request.nonce1))
    this.dispatch(entry, { kind: 'request', accepted: { request, peer } })
  }

  #evict(entry: LinkEntry): void {
    if ('request' in entry.state) this.#seen.nonce1.forget(entry.peer, entry.state.request.nonce1)
    this.dispatch(entry, { kind: 'abandon' })
    this.#drop('half-open link evicted')
  }

  /** A REJECT for which nothing is kept; silence for what is not answered. */
  #refuse(error: ProseError, peer: Layer2Id): void {
    this.#drop(error.code)
    const sdu = answerTo(error, peer, this.#env)
    if (!sdu) return
    this.#ports.report(refusal('3', error, peer))
    this.#ports.transmit(transmitClear(sdu), peer, {})
  }

  #carryOut(entry: LinkEntry, effect: LinkEffect): void {
    switch (effect.kind) {
      case 'transmit': {
        this.#ports.transmit(effect, entry.peer, entry)
        return
      }
      case 'start': {
        this.#start(entry, effect)
        return
      }
      case 'stop': {
        this.#stop(entry, effect.timer)
        return
      }
      case 'retrieve-key': {
        this.#retrieveKey(entry, effect.request)
        return
      }
      case 'read-gpi': {
        this.#readGpi(entry, effect.gpi, effect.nafId)
        return
      }
      case 'commit-push': {
        this.#ports.push.commit(effect.pushed)
        return
      }
      case 'remember-nonce': {
        this.#seen[effect.nonce].add(entry.peer, effect.octets)
        return
      }
      case 'report': {
        this.#report(entry, effect)
        return
      }
      case 'attempt-ended':
        this.#attempts.get(entry)?.(effect.end)
        this.#attempts.delete(entry)
        return
      case 'rekeying-ended': {
        this.#endRekeying(entry, effect.end)
        return
      }
      case 'secured':
        this.#ports.secured(entry)
        {
          this.#settle(entry)
          return
        }
      case 'renewal-due': {
        this.#ports.renew(entry)
        return
      }
      case 'data': {
        this.#ports.received(entry, effect.sduType, effect.octets)
        return
      }
      case 'dropped': {
        this.#drop(effect.why)
        return
      }
    }
  }

  #report({ trace }: LinkEntry, { state, keys }: Extract<LinkEffect, { kind: 'report' }>): void {
    tell(this.#ports.report, () => ({ ...state, ...(keys && { keys: keys() }), context: trace }))
  }

  #endRekeying(entry: LinkEntry, end: RekeyingEnd): void {
    const waiting = this.#rekeyings.get(entry) ?? []
    this.#rekeyings.delete(entry)
    for (const resolve of waiting) resolve(end)
  }

  /** Every packet prolongs a timer: one that runs is looked at when it was to end, and goes on for what is left then. */
  #start(entry: LinkEntry, { timer, after }: Extract<LinkEffect, { kind: 'start' }>): void {
    const due = Instant(this.#env.now + after)
    const running = this.#timers.get(entry)?.get(timer)
    if (running && running.ends <= due) {
      running.due = due
      return
    }
    running?.stop()
    this.#arm(entry, timer, after, due)
  }

  #arm(entry: LinkEntry, timer: LinkTimer, after: Milliseconds, due: Instant): void {
    const ofEntry = this.#timers.get(entry) ?? new Map<LinkTimer, RunningTimer>()
    this.#timers.set(entry, ofEntry)
    const end = () => {
      ofEntry.delete(timer)
      const left = milliseconds(Math.max(0, running.due - this.#env.now))
      if (running.due > due) this.#arm(entry, timer, left, running.due)
      else this.dispatch(entry, { kind: 'expired', timer })
    }
    const running = { ends: due, due, stop: this.#ports.timers.after(after, end) }
    ofEntry.set(timer, running)
  }

  #stop(entry: LinkEntry, timer: LinkTimer): void {
    const ofEntry = this.#timers.get(entry)
    ofEntry?.get(timer)?.stop()
    ofEntry?.delete(timer)
  }

  #retrieveKey(entry: LinkEntry, request: KeyRequest): void {
    this.#keyRequests.begin(request.ue1Id)
    void this.#ports.retrieveKey(request, ue2Context(entry.trace)).then((retrieval) => {
      this.#keyRequests.end(request.ue1Id)
      if (entry.state.phase === 'retrieving-key') this.dispatch(entry, { kind: 'key', retrieval })
      else if (retrieval.outcome === 'key') wipe(retrieval.pdk)
    })
  }

  #readGpi(entry: LinkEntry, gpi: Uint8Array, nafId: NafId): void {
    void this.#ports.push.read(gpi, nafId).then((reading) => {
      if (entry.state.phase === 'requesting') this.dispatch(entry, { kind: 'gpi-read', gpi, reading })
      else forgetReading(reading)
    })
  }

  /**
   * One link is left between two UEs. A newer one of the same initiator replaces the older; when both called each other,
   * the one begun by the higher Layer-2 ID stays and the other is released by who began it. A peer whose Layer-2 ID is
   * only claimed is not taken for the UE that was called: its link stays beside (R6, R7).
   */
  #settle(entry: LinkEntry): void {
    const own = this.#settings.layer2Id
    for (const other of this.table.toward(entry.peer)) {
      if (other === entry || other.state.phase !== 'secured' || entry.state.phase !== 'secured') continue
      const [facts, otherFacts] = [entry.state.facts, other.state.facts]
      if (!isSameUe(facts, otherFacts)) continue
      if (facts.role === otherFacts.role) this.dispatch(other, { kind: 'abandon' })
      else if (own < entry.peer)
        this.dispatch(facts.role === 'initiator' ? entry : other, { kind: 'release', reason: 1 })
    }
  }

  #goesOnAs(facts: LinkFacts): LinkEntry | undefined {
    return this.table
      .toward(facts.peer)
      .filter(({ state }) => state.phase === 'secured' && isSameUe(state.facts, facts))
      .at(-1)
  }

  #drop(why: string): void {
    this.#ports.count(`pc5 dropped: ${why}`)
  }
}

const isLive = (state: LinkState): state is Extract<LinkState, { phase: 'secured' | 'releasing' }> =>
  state.phase === 'secured' || state.phase === 'releasing'

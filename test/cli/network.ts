import { Plmn } from '../../src/core/identities/plmn.ts'
import type { Fields, Protection, ReferencePoint, Step, TapState } from '../../src/core/tap.ts'
import { Instant } from '../../src/core/units.ts'
import type { LineEvent } from '../../src/testbed/event-lines.ts'
import type { ScenarioResult } from '../../src/testbed/result.ts'
import type { NetworkNode } from '../../src/testbed/run.ts'

const first = Plmn('001-01')
const second = Plmn('001-02')

export const twoPlmns: readonly NetworkNode[] = [
  { name: 'hss1', role: 'hss', plmn: first },
  { name: 'bsf1', role: 'bsf', plmn: first },
  { name: 'kmf1', role: 'kmf', plmn: first },
  { name: 'hss2', role: 'hss', plmn: second },
  { name: 'bsf2', role: 'bsf', plmn: second },
  { name: 'kmf2', role: 'kmf', plmn: second },
  { name: 'ue1', role: 'ue', plmn: first },
  { name: 'ue2', role: 'ue', plmn: second },
]

export const onePlmn: readonly NetworkNode[] = [
  ...twoPlmns.filter(({ plmn }) => plmn === first),
  { name: 'ue2', role: 'ue', plmn: first },
]

export const start = Instant(Date.UTC(2030, 0, 1))

/** Hand-made events, one millisecond apart. */
export class Events {
  readonly list: LineEvent[] = []

  send(
    step: Step | undefined,
    point: ReferencePoint,
    from: string,
    to: string,
    name: string,
    protection: Protection,
    fields: Fields = {},
    heartbeat = false,
  ): this {
    const bytes = Uint8Array.of(this.list.length)
    const shared = { kind: 'message', time: this.#now(), point, from, to, name, protection } as const
    const optional = { ...(step === undefined ? {} : { step }), ...(heartbeat ? { heartbeat } : {}) }
    this.list.push({ ...shared, bytes, masked: [], fields, ...optional })
    return this
  }

  decide(node: string, step: Step | undefined, what: string, rest: Partial<TapState> = {}): this {
    const optional = step === undefined ? {} : { step }
    this.list.push({ kind: 'state', time: this.#now(), node, what, fields: {}, ...optional, ...rest })
    return this
  }

  /** What a run of Ub sends. */
  bootstraps(ue: string, bsf: string, hss: string, step: Step): this {
    const expires = new Date(start + 24 * 3_600_000 + this.list.length + 6).toISOString()
    return this.send(step, 'Ub', ue, bsf, 'GET', 'clear')
      .send(step, 'Zh', bsf, hss, 'MAR', 'ciphered')
      .send(step, 'Zh', hss, bsf, 'MAA', 'ciphered')
      .send(step, 'Ub', bsf, ue, '401 challenge', 'clear')
      .send(step, 'Ub', ue, bsf, 'GET response', 'clear')
      .decide(bsf, undefined, 'bootstrapped', {
        fields: { btid: 'Jz4wX2…', expires },
        keys: { Ks: '90b3c41e' },
      })
      .send(step, 'Ub', bsf, ue, '200 bootstrapped', 'clear')
      .decide(ue, undefined, 'bootstrapped', {
        fields: { btid: 'Jz4wX2…', expires },
        keys: { Ks: '90b3c41e' },
      })
  }

  /** What opening PC8 sends: a BIR for each of the two keys, and TLS that is seen when its identity is known. */
  opensPc8(ue: string, kmf: string, bsf: string, step: Step): this {
    this.send(step, 'Zn', kmf, bsf, 'BIR', 'ciphered').send(step, 'Zn', bsf, kmf, 'BIA', 'ciphered')
    this.#octets(ue, kmf)
    this.#octets(kmf, ue)
    this.#octets(ue, kmf)
    this.send(step, 'Zn', kmf, bsf, 'BIR', 'ciphered').send(step, 'Zn', bsf, kmf, 'BIA', 'ciphered')
    return this.decide(kmf, undefined, 'pc8-associated', { fields: { uaId: '0100000007' } })
  }

  #octets(from: string, to: string): void {
    const connection = [from, to].sort().join(' ')
    const time = this.#now()
    this.list.push({ kind: 'octets', time, point: 'PC8', connection, from, to, bytes: Uint8Array.of(22) })
  }

  #now(): Instant {
    return Instant(start + this.list.length)
  }
}

const btid = 'Jz4wX2kVb0mXn1cJH0zq5g==@bsf.mnc001.mcc001.pub.3gppnetwork.org'

/** Steps 3 to 6 of every scenario here. */
const requested = (events: Events): Events =>
  events
    .send('2', 'PC5', 'ue2', 'all', 'GROUP_MEMBER_DISCOVERY_ANNOUNCEMENT', 'clear', {
      proseUeId: '0a0b0c',
    })
    .send('2', 'PC5', 'ue2', 'all', 'GROUP_MEMBER_DISCOVERY_ANNOUNCEMENT', 'clear', {
      proseUeId: '0a0b0c',
    })
    .send('3', 'PC5', 'ue1', 'ue2', 'DIRECT_COMMUNICATION_REQUEST', 'clear', {
      sequenceNumber: 1,
      ue1Id: btid,
      ueSecurityCapabilities: '128-EEA1 128-EEA2 128-EEA3 128-EIA1 128-EIA2 128-EIA3',
      msbOfKdSessId: '5a',
    })
    .send('4', 'PC8', 'ue2', 'kmf2', 'PROSE_DIRECT_KEY_REQUEST', 'ciphered', { btid, ue2Id: '0a0b0c' })

const asked = (events: Events): Events =>
  events
    .decide('kmf2', '5', 'authorisation', { fields: { allowed: true, plmn: '001-01' } })
    .send('6', 'PC6', 'kmf2', 'kmf1', 'PKR', 'ciphered', {
      'Transaction-Identifier': btid,
      'ProSe-UE-ID': 0x0a0b0c,
    })

export const events7a = (): LineEvent[] => {
  const events = new Events()
    .send(undefined, 'Zh', 'bsf1', 'hss1', 'DWR', 'ciphered', {}, true)
    .bootstraps('ue2', 'bsf2', 'hss2', '0')
    .opensPc8('ue2', 'kmf2', 'bsf2', '0')
    .bootstraps('ue1', 'bsf1', 'hss1', '1')
    .opensPc8('ue1', 'kmf1', 'bsf1', '1')
  asked(requested(events))
    .decide('kmf1', '7a', 'branch', {
      fields: {
        branch: '7a',
        why: ['key-found', 'key-valid', 'authorised'],
        notWhy: { '7b': 'age 0 s of 12 h', '7c': 'key is here' },
      },
      keys: { Ks_NAF: '1b1fd8fc' },
    })
    .decide('kmf1', '8', 'derived', {
      fields: { ue2Id: '0a0b0c' },
      keys: { PDK: '4b4d75c5', Ks_NAF: '1b1fd8fc' },
    })
    .send('9', 'PC6', 'kmf1', 'kmf2', 'PKA', 'ciphered', { 'Result-Code': 2001 })
    .send('10', 'PC8', 'kmf2', 'ue2', 'PROSE_DIRECT_KEY_RESPONSE', 'ciphered', {
      pdk: '4b4d75c5',
      gpi: false,
    })
    .decide('ue2', '11', 'keys-derived', {
      keys: { 'KD-sess': '43e11f20', PEK: 'e9b5418d', PIK: 'c8b319ca' },
    })
    .send('12', 'PC5', 'ue2', 'ue1', 'DIRECT_SECURITY_MODE_COMMAND', 'integrity', {
      ueSecurityCapabilities: '128-EEA1',
      chosenAlgorithms: '128-EEA2 128-EIA2',
      lsbOfKdSessId: 'c3',
      ue2Id: '0a0b0c',
      dksi: '5a',
    })
    .decide('ue1', '13', 'command-verified', { keys: { 'KD-sess': '43e11f20' } })
    .send('14', 'PC5', 'ue1', 'ue2', 'DIRECT_SECURITY_MODE_COMPLETE', 'ciphered')
    .send('14', 'PC5', 'ue2', 'ue1', 'DIRECT_COMMUNICATION_ACCEPT', 'ciphered')
    .decide('ue1', '14', 'secured')
  for (let packet = 0; packet < 20; packet++)
    events
      .send(undefined, 'PC5', 'ue1', 'ue2', 'USER_DATA', 'ciphered')
      .send(undefined, 'PC5', 'ue2', 'ue1', 'USER_DATA', 'ciphered')
  return events.list
}

export const eventsRefused = (): LineEvent[] =>
  asked(requested(new Events()))
    .send('9', 'PC6', 'kmf1', 'kmf2', 'PKA', 'ciphered', {
      'Experimental-Result': { 'Vendor-Id': 10415, 'Experimental-Result-Code': 5633 },
    })
    .send('10', 'PC8', 'kmf2', 'ue2', 'PROSE_DIRECT_KEY_RESPONSE', 'ciphered', { error: 'not authorised' })
    .send(undefined, 'PC5', 'ue2', 'ue1', 'DIRECT_COMMUNICATION_REJECT', 'clear', {
      cause: '1 direct communication to the target UE not allowed',
    }).list

export const eventsRenegotiated = (): LineEvent[] => {
  const events = asked(requested(new Events()))
    .send('7c', 'Zn', 'kmf1', 'bsf1', 'BIR', 'ciphered', { 'Transaction-Identifier': btid })
    .send('7c', 'Zn', 'bsf1', 'kmf1', 'BIA', 'ciphered', {
      'Experimental-Result': { 'Vendor-Id': 10415, 'Experimental-Result-Code': 5403 },
    })
    .send('RN2', 'PC6', 'kmf1', 'kmf2', 'PKA', 'ciphered', {
      'Experimental-Result': { 'Vendor-Id': 10415, 'Experimental-Result-Code': 5403 },
    })
    .send('RN3', 'PC8', 'kmf2', 'ue2', 'BOOTSTRAPPING_RENEGOTIATION_REQUEST', 'ciphered')
    .send('RN4', 'PC5', 'ue2', 'ue1', 'BOOTSTRAPPING_RENEGOTIATION_REQUEST', 'clear')
    .bootstraps('ue1', 'bsf1', 'hss1', 'RN5')
  return requested(events).list
}

export const result7a: ScenarioResult = {
  scenario: '7a',
  outcome: 'secured',
  branch: '7a',
  expected: true,
  attempts: 1,
  reason: null,
  clause: null,
  endedAt: null,
  decidedBy: null,
  keysEqual: true,
  eea: '128-EEA2',
  eia: '128-EIA2',
  data: { sent: 40, received: 40 },
  messages: 9,
  octets: 1214,
  bootstrapMessages: 24,
  roundTrips: 4,
  ms: 213,
  bootstrapMs: 131,
  setupMs: 62,
}

export const resultRefused: ScenarioResult = {
  ...result7a,
  scenario: 'refused-step7',
  outcome: 'refused',
  reason: 'ERR_NOT_AUTHORISED',
  clause: 'TS 24.334 10.4.2',
  endedAt: '12',
  decidedBy: {
    ...{ node: 'kmf1', step: '7a', code: 'ERR_NOT_AUTHORISED' },
    reason: 'UE-1 has no permission for 001-02',
  },
  keysEqual: null,
  eea: null,
  eia: null,
  data: null,
}

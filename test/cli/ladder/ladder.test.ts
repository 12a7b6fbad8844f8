import { describe, expect, it } from 'vitest'
import type { TapEvent } from '../../../src/core/tap.ts'
import { Plmn } from '../../../src/core/identities/plmn.ts'
import { Ladder } from '../../../src/cli/ladder/ladder.ts'
import { colors } from '../../../src/cli/ladder/paint.ts'
import { asciiSigns, unicodeSigns } from '../../../src/cli/ladder/signs.ts'
import {
  Events,
  events7a,
  eventsRefused,
  eventsRenegotiated,
  onePlmn,
  result7a,
  resultRefused,
  twoPlmns,
} from '../network.ts'

const options = {
  width: 100,
  unfold: false,
  heartbeats: false,
  signs: unicodeSigns,
  colors: colors(false),
}

const ladderOf = (events: readonly TapEvent[], some: Partial<typeof options> = {}, nodes = twoPlmns) => {
  const ladder = new Ladder(nodes, { ...options, ...some })
  return [...ladder.headings(), ...events.flatMap((event) => ladder.event(event)), ...ladder.rest()]
}

const lineWith = (lines: readonly string[], text: string) => lines.find((line) => line.includes(text))

describe('a ladder of 100 columns', () => {
  it('shows branch 7a from bootstrapping to user data', () => {
    const ladder = new Ladder(twoPlmns, options)
    const lines = [...ladder.headings(), ...events7a().flatMap((event) => ladder.event(event))]
    expect([...lines, ...ladder.verdict(result7a)].join('\n')).toBe(
      `
     PLMN 001-01         PLMN 001-02
     HSS  BSF  KMF  UE-1 UE-2 KMF  BSF  HSS
 0    │    │    │    │    │◀┄┄┄┄┄┄┄▶│◀══▶│  Ub   UE-2 bootstraps    ▸ 4 Ub, 2 Zh messages
      │    │    │    │    │    │    │    │         B-TID Jz4wX2…  valid 24 h  Ks #90b3c41e
      │    │    │    │    │◀══▶│◀══▶│    │  PC8  TLS 1.3, PSK by B-TID    ▸ handshake, 4 Zn messages
 1    │◀══▶│◀┄┄┄┄┄┄┄▶│    │    │    │    │  Ub   UE-1 bootstraps    ▸ 4 Ub, 2 Zh messages
      │    │    │    │    │    │    │    │         B-TID Jz4wX2…  valid 24 h  Ks #90b3c41e
      │    │◀══▶│◀══▶│    │    │    │    │  PC8  TLS 1.3, PSK by B-TID    ▸ handshake, 4 Zn messages
 2    │    │    │    │◀┄┄┄│    │    │    │  PC5  GROUP_MEMBER_DISCOVERY_ANNOUNCEMENT
      │    │    │    │    │    │    │    │         UE-2 is 0a0b0c
 3    │    │    │    │┄┄┄▶│    │    │    │  PC5  DIRECT_COMMUNICATION_REQUEST
      │    │    │    │    │    │    │    │         B-TID Jz4wX2…  DKSI 5a  EEA1-3  EIA1-3
 4    │    │    │    │    │═══▶│    │    │  PC8  PROSE_DIRECT_KEY_REQUEST
      │    │    │    │    │    │    │    │         B-TID Jz4wX2…  UE-2 ID 0a0b0c
 5    │    │    │    │    │    ●    │    │       KMF-2: UEs of 001-01 may link with UE-2
 6    │    │    │◀═════════════│    │    │  PC6  PKR   B-TID Jz4wX2…  UE-2 ID 0a0b0c
 7a   │    │    ◆    │    │    │    │    │       branch 7a: B-TID and its NAF key are here
      │    │    │    │    │    │    │    │         UE-1 is authorised  not 7b: age 0 s of 12 h
      │    │    │    │    │    │    │    │         not 7c: key is here
 8    │    │    ●    │    │    │    │    │       PDK #4b4d75c5 from Ks_NAF #1b1fd8fc, 0a0b0c
 9    │    │    │═════════════▶│    │    │  PC6  PKA   2001
 10   │    │    │    │    │◀═══│    │    │  PC8  PROSE_DIRECT_KEY_RESPONSE   PDK #4b4d75c5  no GPI
 11   │    │    │    │    ●    │    │    │       KD-sess #43e11f20  PEK #e9b5418d  PIK #c8b319ca
 12   │    │    │    │◀───│    │    │    │  PC5  DIRECT_SECURITY_MODE_COMMAND
      │    │    │    │    │    │    │    │         EEA2 EIA2  5ac3  UE-2 ID 0a0b0c
 13   │    │    │    ●    │    │    │    │       MAC-I good, list and UE-2 ID right: keys equal
 14   │    │    │    │═══▶│    │    │    │  PC5  DIRECT_SECURITY_MODE_COMPLETE
      │    │    │    │◀═══│    │    │    │  PC5  DIRECT_COMMUNICATION_ACCEPT
      │    │    │    │◀══▶│    │    │    │  PC5  USER_DATA, 20 packets each way

 secured   branch 7a   128-EEA2 128-EIA2   keys equal at UE-1 and UE-2                       213 ms
           steps 0-1: 24 messages, 131 ms   2-14: 9 messages, 1 214 octets, 62 ms, 4 round trips
`.slice(1, -1),
    )
  })

  it('marks refusals and says what each party was told', () => {
    const ladder = new Ladder(twoPlmns, options)
    const lines = eventsRefused().flatMap((event) => ladder.event(event))
    expect([...lines, ...ladder.verdict(resultRefused)].slice(-9).join('\n')).toBe(
      `
 9    │    │    │═════════════▶│    │    │  PC6  ✗ PKA   5633: not authorised
 10   │    │    │    │    │◀═══│    │    │  PC8  ✗ PROSE_DIRECT_KEY_RESPONSE   not authorised
      │    │    │    │◀┄┄┄│    │    │    │  PC5  ✗ DIRECT_COMMUNICATION_REJECT   cause 1

 refused   step 7a, KMF-1: UE-1 has no permission for 001-02               as this scenario expects
           told: KMF-2 "5633: not authorised", UE-2 "not authorised", UE-1 "cause 1"
           at UE-1: ERR_NOT_AUTHORISED, TS 24.334 10.4.2
           to allow it: permissions, publicSafety, mayLinkWith of the subscriber in the YAML file
           steps 0-1: 24 messages, 131 ms   2-14: 9 messages, 1 214 octets, 62 ms, 4 round trips
`.slice(1, -1),
    )
  })

  it('tells relay discovery, the Relay Service Code, and that the relay is the router', () => {
    const code = { relayServiceCode: '00012a' }
    const events = new Events()
      .send('2', 'PC5', 'ue2', 'all', 'RELAY_DISCOVERY_ANNOUNCEMENT', 'clear', {
        ...{ ...code, proseRelayUeId: '0a0b0c' },
      })
      .send('5', 'PC8', 'ue2', 'kmf2', 'PROSE_DIRECT_KEY_REQUEST', 'ciphered', code)
      .send('6', 'PC6', 'kmf2', 'kmf1', 'PKR', 'ciphered', { 'PC5-Relay-Service-Code': 0x12a })
      .send(undefined, 'PC5', 'ue2', 'ue1', 'DIRECT_COMMUNICATION_ACCEPT', 'ciphered', {
        ipAddressConfig: '2 IPv6 router',
      })
      .decide('kmf2', '5', 'authorisation', { fields: { allowed: true, plmn: '001-01', relay: true } })
    const text = ladderOf(events.list).join('\n')
    expect(text).toContain('relay is 0a0b0c  Relay Service Code 00012a')
    expect(text.match(/Relay Service Code 00012a/g)).toHaveLength(3)
    expect(text).toContain('DIRECT_COMMUNICATION_ACCEPT   IPv6 router')
    expect(text).toContain('KMF-2: UEs of 001-01 may have UE-2 as relay')
  })

  it('says for which NAF a push is', () => {
    const nafId = '6e61662e6578616d706c652e6f7267ff00000002'
    const fields = { 'UE-Id': '00101········01', 'NAF-Id': nafId }
    const events = new Events().send('7', 'Zpn', 'kmf1', 'bsf1', 'GPR', 'ciphered', fields).list
    expect(lineWith(ladderOf(events), 'GPR')).toContain('NAF naf.example.org')
  })

  it('parts the attempts of a re-negotiation', () => {
    const lines = ladderOf(eventsRenegotiated())
    const from = lines.findIndex((line) => line.startsWith(' 7c'))
    expect(lines.slice(from, from + 8).join('\n')).toBe(
      `
 7c   │    │◀═══│    │    │    │    │    │  Zn   BIR   B-TID Jz4wX2…
      │    │═══▶│    │    │    │    │    │  Zn   BIA   5403: this BSF knows no such B-TID
 RN2  │    │    │═════════════▶│    │    │  PC6  PKA   5403: this BSF knows no such B-TID
 RN3  │    │    │    │    │◀═══│    │    │  PC8  BOOTSTRAPPING_RENEGOTIATION_REQUEST
 RN4  │    │    │    │◀┄┄┄│    │    │    │  PC5  BOOTSTRAPPING_RENEGOTIATION_REQUEST
 RN5  │◀══▶│◀┄┄┄┄┄┄┄▶│    │    │    │    │  Ub   UE-1 bootstraps    ▸ 4 Ub, 2 Zh messages
      │    │    │    │    │    │    │    │         B-TID Jz4wX2…  valid 24 h  Ks #90b3c41e
 ── attempt 2: UE-1 could bootstrap and comes back with the new B-TID ─────────────────────────────
`.slice(1, -1),
    )
  })

  it('shows each message of steps 0 and 1 when unfolded, and heartbeats only when asked', () => {
    const unfolded = ladderOf(events7a(), { unfold: true })
    expect(unfolded.filter((line) => line.includes('  Ub   '))).toHaveLength(8)
    expect(lineWith(unfolded, 'DWR')).toBeUndefined()
    expect(lineWith(ladderOf(events7a(), { heartbeats: true }), 'DWR')).toContain('│◀═══│')
  })

  it('tells messages without a step by what they belong to', () => {
    const events = new Events()
      .send(undefined, 'Ub', 'ue1', 'bsf1', 'GET', 'clear')
      .send(undefined, 'Zh', 'bsf1', 'hss1', 'MAR', 'ciphered')
      .send('6', 'PC6', 'kmf2', 'kmf1', 'PKR', 'ciphered')
      .send(undefined, 'Zn', 'kmf1', 'bsf1', 'BIR', 'ciphered')
    const lines = ladderOf(events.list)
    expect(lineWith(lines, 'UE-1 bootstraps')).toContain('▸ 1 Ub, 1 Zh messages')
    expect(lineWith(lines, 'BIR')).toMatch(/^ 7c /)
  })
})

describe('ladders of other widths and networks', () => {
  it('keeps from 80 columns the lanes of nodes that speak, and puts facts below', () => {
    const lines = ladderOf(events7a(), { width: 80 })
    expect(lines[1]).toBe('     BSF  KMF  UE-1 UE-2 KMF')
    expect(lineWith(lines, 'PKR')).toBe(' 6    │    │◀═════════════│  PC6  PKR')
    expect(lines[lines.findIndex((line) => line.includes('PKR')) + 1]).toBe(
      '      │    │    │    │    │         B-TID Jz4wX2…  UE-2 ID 0a0b0c',
    )
  })

  it('names the nodes below 80 columns', () => {
    const lines = ladderOf(events7a(), { width: 70 })
    expect(lineWith(lines, 'DIRECT_COMMUNICATION_REQUEST')).toBe(
      ' 3    PC5   UE-1 -> UE-2  DIRECT_COMMUNICATION_REQUEST',
    )
    expect(lineWith(lines, 'branch 7a')).toBe(' 7a   KMF-1 ◆ branch 7a: B-TID and its NAF key are here')
  })

  it.each([60, 70, 80, 90, 99, 100, 140])('never writes more than %i columns', (width) => {
    const longest = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length))
    for (const events of [events7a(), eventsRefused(), eventsRenegotiated()])
      expect(longest(ladderOf(events, { width }))).toBeLessThanOrEqual(width)
  })

  it('says the same in ASCII', () => {
    const lines = ladderOf(events7a(), { signs: asciiSigns })
    expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/)
    expect(lineWith(lines, 'DIRECT_SECURITY_MODE_COMMAND')).toContain('|<---|')
    expect(lineWith(lines, 'bootstraps')).toContain('+ 4 Ub, 2 Zh messages')
  })

  it.each([
    ['7 E1 E2 E3', 'DKSI 5a  E1 E2 E3'],
    ['4 E3', 'DKSI 5a  E3'],
    ['8', 'DKSI 5a  8'],
    ['0', 'DKSI 5a'],
  ])('E1, E2, E3: the REQUEST names the extension set %s as %s, the Command does not again', (set, says) => {
    const request = { dksi: '5a', extensionSet: set }
    const command = { chosenAlgorithms: '128-EEA2 128-EIA2', extensionSet: set }
    const events = new Events()
      .send('3', 'PC5', 'ue1', 'ue2', 'DIRECT_COMMUNICATION_REQUEST', 'clear', request)
      .send('12', 'PC5', 'ue2', 'ue1', 'DIRECT_SECURITY_MODE_COMMAND', 'integrity', command)
    const lines = ladderOf(events.list, { width: 160 })
    expect(lineWith(lines, 'DKSI')?.endsWith(says)).toBe(true)
    expect(lineWith(lines, 'EEA2')?.endsWith('EEA2 EIA2')).toBe(true)
  })

  it('puts two UEs of one PLMN beside each other', () => {
    expect(ladderOf([], {}, onePlmn)).toEqual(['     PLMN 001-01', '     HSS  BSF  KMF  UE-1 UE-2'])
  })

  it('draws a third PLMN, or names its nodes when there is no room', () => {
    const third = twoPlmns.map((node) => ({
      ...node,
      name: node.name.replace(/\d$/, '3'),
      plmn: Plmn('001-03'),
    }))
    const nodes = [...twoPlmns, ...third.slice(0, 3), ...third.slice(6, 7)]
    expect(ladderOf([], { width: 120 }, nodes)[1]).toBe(
      '     HSS  BSF  KMF  UE-1 UE-2 KMF  BSF  HSS  UE-3 KMF  BSF  HSS',
    )
    const events = new Events().send('6', 'PC6', 'kmf3', 'kmf1', 'PKR', 'ciphered').list
    expect(lineWith(ladderOf(events, { width: 75 }, nodes), 'PKR')).toContain('KMF-3 -> KMF-1')
  })
})

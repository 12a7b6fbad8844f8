import { describe, expect, it } from 'vitest'
import { concat, fromHex } from '../../src/core/bytes.ts'
import type { Radio } from '../../src/core/environment.ts'
import { Layer2Id, ProseUeId } from '../../src/core/identities/prose.ts'
import type { TapEvent } from '../../src/core/tap.ts'
import { encodeDiscovery } from '../../src/reference-points/pc5/discovery.ts'
import { encodePdcpHeader, type Lcid } from '../../src/reference-points/pc5/pdcp.ts'
import { encodeFrame } from '../../src/reference-points/pc5/sl-sch.ts'
import { tellingRadio } from '../../src/testbed/heard-frames.ts'
import { SimulatedClock } from '../../src/testbed/simulated-clock.ts'
import { groupMember } from '../reference-points/pc5/discovery-examples.ts'

const [peer, own] = [Layer2Id(0x010203), Layer2Id(0x0a0b0c)]
const names = { all: ['ue1', 'ue2'], ofLayer2Id: (id: Layer2Id) => (id === peer ? 'ue1' : undefined) }

/** A UE-2 that tells what it hears. */
function telling(profile: 'seed' | 'final') {
  const events: TapEvent[] = []
  let hear: Parameters<Radio['onFrame']>[0] = () => undefined
  const radio: Radio = {
    send: () => undefined,
    onFrame: (listener) => {
      hear = listener
      return () => undefined
    },
    close: () => Promise.resolve(),
  }
  const context = { tap: (event: TapEvent) => events.push(event), clock: new SimulatedClock(), names }
  tellingRadio('ue2', own, profile, context as never)(radio).onFrame(() => undefined)
  return { events, hear }
}

/** What the tap says of an SDU, or what takes its place, that UE-2 hears on LCID 29 or 30. */
function told(profile: 'seed' | 'final', lcid: Lcid, data: string): TapEvent | undefined {
  const { events, hear } = telling(profile)
  const header = encodePdcpHeader({ sduType: 'pc5-signalling', kdSessId: 0x5ac3, sn: 1 })
  const pdu = concat(header, fromHex(data), fromHex('deadbeef'))
  hear('SL-SCH', encodeFrame({ source: peer, destination: own, lcid, pdu }))
  return events[0]
}

describe('what a UE of another process is told to have said', () => {
  it('seed profile: COMPLETE is read', () => {
    expect(told('seed', 29, '0d0002')).toMatchObject({
      ...{ from: 'ue1', to: 'ue2', name: 'DIRECT_SECURITY_MODE_COMPLETE', protection: 'integrity' },
    })
    expect(told('seed', 29, '0d0002')).not.toHaveProperty('pc5Profile')
  })

  it.each(['0d0002', '100001', '0700ff'])(
    'final profile: COMPLETE is ciphered, whatever %s looks like',
    (data) => {
      expect(told('final', 29, data)).toMatchObject({
        ...{ name: 'ciphered signalling', protection: 'ciphered', pc5Profile: 'final' },
      })
    },
  )

  it('final profile: the Command is read', () => {
    const command = `0c0001f070${'22'.repeat(16)}22c3720a0b0c745a`
    expect(told('final', 29, command)).toMatchObject({ name: 'DIRECT_SECURITY_MODE_COMMAND' })
  })
})

it('R43: who is made up on the radio is forgotten again: 1024 announcers are known at most', () => {
  const { events, hear } = telling('seed')
  const announce = (id: number) => {
    const proseUeId = ProseUeId(id)
    hear('SL-DCH', encodeDiscovery({ type: 'groupMemberAnnouncement', ...groupMember, proseUeId }))
    return events.at(-1)
  }
  expect([announce(0x010203), announce(0x010203)]).toMatchObject([{ heartbeat: false }, { heartbeat: true }])
  for (let others = 0; others < 1024; others++) announce(0x100000 + others)
  expect(announce(0x010203)).toMatchObject({ heartbeat: false })
})

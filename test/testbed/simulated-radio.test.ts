import { beforeEach, describe, expect, it } from 'vitest'
import { fromHex, hex, utf8 } from '../../src/core/bytes.ts'
import type { Radio } from '../../src/core/environment.ts'
import { ProseUeId } from '../../src/core/identities/prose.ts'
import { Instant, milliseconds } from '../../src/core/units.ts'
import { encodeSdu, messageName } from '../../src/reference-points/pc5/messages.ts'
import { encodeClearPdu, type Lcid } from '../../src/reference-points/pc5/pdcp.ts'
import { protect } from '../../src/reference-points/pc5/security-context.ts'
import { encodeFrame } from '../../src/reference-points/pc5/sl-sch.ts'
import { SimulatedClock } from '../../src/testbed/simulated-clock.ts'
import { SimulatedRadio } from '../../src/testbed/simulated-radio.ts'
import { command, contextOf, request } from '../reference-points/pc5/samples.ts'

const [source, destination] = [ProseUeId(0x010203), ProseUeId(0x0a0b0c)]
const frameOf = (lcid: Lcid, pdu: Uint8Array) => encodeFrame({ source, destination, lcid, pdu })
const requestFrame = frameOf(28, encodeClearPdu(encodeSdu(request)))
const commandFrame = frameOf(
  29,
  protect(contextOf('commanding'), { lcid: 29, sduType: 'pc5-signalling', sdu: encodeSdu(command) }),
)
const protectedFrame = frameOf(
  30,
  protect(contextOf('commanding'), { lcid: 30, sduType: 'pc5-signalling', sdu: fromHex('02000204') }),
)
const dataFrame = frameOf(
  1,
  protect(contextOf('commanded'), { lcid: 1, sduType: 'non-ip', sdu: utf8('hello') }),
)

let clock: SimulatedClock
let radio: SimulatedRadio
let ue1: Radio
let ue2: Radio
let heard: Record<'ue1' | 'ue2' | 'ue3', string[]>
beforeEach(() => {
  clock = new SimulatedClock(Instant(0))
  radio = new SimulatedRadio(clock)
  heard = { ue1: [], ue2: [], ue3: [] }
  const listen = (name: 'ue1' | 'ue2' | 'ue3') => {
    const station = radio.station(name)
    station.onFrame((channel, frame) => heard[name].push(`${clock.now()} ${channel} ${hex(frame)}`))
    return station
  }
  ue1 = listen('ue1')
  ue2 = listen('ue2')
  listen('ue3')
})
const requestAt = (time: number) => `${time} SL-SCH ${hex(requestFrame)}`
const sendRequest = async () => {
  ue1.send('SL-SCH', requestFrame)
  await clock.runUntilQuiet()
}

describe('a simulated radio', () => {
  it('brings a frame to all others after a moment', async () => {
    await sendRequest()
    expect(heard).toEqual({ ue1: [], ue2: [requestAt(1)], ue3: [requestAt(1)] })
  })

  it('names what is clear, and what is ciphered only when the tap told it', () => {
    for (const frame of [requestFrame, commandFrame, protectedFrame, dataFrame, fromHex('00')])
      ue1.send('SL-SCH', frame)
    ue1.send('SL-DCH', fromHex(`99${'01'.repeat(28)}`))
    radio.tap({
      kind: 'message',
      time: clock.now(),
      point: 'PC5',
      from: 'ue2',
      to: 'ue1',
      name: messageName('directCommunicationAccept'),
      protection: 'ciphered',
      bytes: protectedFrame,
      masked: [],
      fields: {},
    })
    ue2.send('SL-SCH', protectedFrame)
    expect(radio.sent.map(({ name }) => name)).toEqual([
      'directCommunicationRequest',
      'directSecurityModeCommand',
      'protected',
      'userData',
      'unknown',
      'groupMemberAnnouncement',
      'directCommunicationAccept',
    ])
  })

  it('drops by name, and only so often', async () => {
    radio.drop('directCommunicationRequest', { times: 1 })
    await sendRequest()
    ue2.send('SL-SCH', commandFrame)
    await sendRequest()
    expect(heard.ue2).toEqual([requestAt(1)])
    expect(heard.ue1).toHaveLength(1)
    expect(radio.sent.map(({ copies }) => copies)).toEqual([0, 1, 1])
  })

  it('strikes only the frames of the named station, until it is stopped', async () => {
    const stop = radio.drop('any', { from: 'ue2' })
    await sendRequest()
    ue2.send('SL-SCH', commandFrame)
    await clock.runUntilQuiet()
    stop()
    ue2.send('SL-SCH', commandFrame)
    await clock.runUntilQuiet()
    expect([heard.ue2.length, heard.ue1.length]).toEqual([1, 1])
  })

  it('delays, doubles and changes', async () => {
    radio.delay('directCommunicationRequest', milliseconds(40))
    radio.duplicate('directCommunicationRequest')
    await sendRequest()
    expect(heard.ue2).toEqual([requestAt(41), requestAt(41)])
    radio.tamper('directSecurityModeCommand', (frame) => frame.fill(0, -4))
    ue2.send('SL-SCH', commandFrame)
    await clock.runUntilQuiet()
    expect(heard.ue1[0]).toMatch(/00000000$/)
    expect(hex(commandFrame)).not.toMatch(/00000000$/)
  })

  it('brings a reflected frame back to its sender too', async () => {
    radio.reflect('directCommunicationRequest')
    await sendRequest()
    expect(heard.ue1).toEqual([requestAt(1)])
    expect(heard.ue2).toEqual([requestAt(1)])
  })

  it('lets an attacker be heard by all', async () => {
    radio.drop('any')
    radio.inject('SL-SCH', requestFrame)
    await clock.runUntilQuiet()
    expect(heard).toEqual({ ue1: [requestAt(1)], ue2: [requestAt(1)], ue3: [requestAt(1)] })
  })

  it('loses the same frames for the same seed, about as many as asked', () => {
    const lost = (seed: number) => {
      const air = new SimulatedRadio(clock)
      air.lose(30, seed)
      const station = air.station('a')
      for (let count = 0; count < 1000; count++) station.send('SL-SCH', requestFrame)
      return air.sent.map(({ copies }) => copies)
    }
    expect(lost(1)).toEqual(lost(1))
    expect(lost(1)).not.toEqual(lost(2))
    const share = lost(3).filter((copies) => copies === 0).length
    expect(share).toBeGreaterThan(250)
    expect(share).toBeLessThan(350)
  })

  it('hears nothing more once closed', async () => {
    await ue2.close()
    await sendRequest()
    expect(heard.ue2).toEqual([])
    expect(heard.ue3).toHaveLength(1)
  })
})

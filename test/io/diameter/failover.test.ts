import { describe, expect, it } from 'vitest'
import { concat, u32 } from '../../../src/core/bytes.ts'
import { KeyRequestFailed, TemporaryFailure } from '../../../src/core/errors.ts'
import { Fqdn } from '../../../src/core/identities/fqdn.ts'
import { Instant, milliseconds } from '../../../src/core/units.ts'
import { Duplicates } from '../../../src/io/diameter/duplicates.ts'
import { bootstrappingInfo } from '../../../src/reference-points/zn/bootstrapping-info.ts'
import type { Header } from '../../../src/wire/diameter/header.ts'
import { decodeMessage } from '../../../src/wire/diameter/message.ts'
import { avp, bir, bsfAndPeer, cer } from './raw-peer.ts'
import { kmfHost, realm, until, zn } from './two-nodes.ts'

const secondHost = Fqdn(`pkmf2.${realm}`)
const request = bootstrappingInfo.decodeRequest(decodeMessage(bir()).avps)
const route = { destinationRealm: realm, deadline: milliseconds(5000) }

/** The answer of `host` to a request, with this Result-Code. */
const answerTo = ({ hopByHop, endToEnd }: Header, code: number, host: Fqdn = kmfHost) =>
  bir(
    {
      host: avp(264, 0, host),
      destination: undefined,
      btid: undefined,
      naf: undefined,
      more: avp(268, 0, u32(code)),
    },
    { request: false, error: code < 4000, hopByHop, endToEnd },
  )

describe('a request whose way is lost', () => {
  it('B70: goes again with the T flag when its connection breaks and the peer is back', async () => {
    const { bsf, peer, another } = await bsfAndPeer()
    const asked = bsf.node.request(bootstrappingInfo, request, route)
    const first = await peer.next()
    peer.end()
    await until(() => bsf.node.peers[0]?.phase === 'closed')
    const back = await another()
    back.send(cer())
    await back.next()
    const again = await back.next()
    expect(first.header.retransmitted).toBe(false)
    expect(again.header).toMatchObject({ retransmitted: true, endToEnd: first.header.endToEnd })
    back.send(answerTo(again.header, 5012))
    await expect(asked).rejects.toThrow(KeyRequestFailed)
  })

  it('B70: goes to the other peer of the realm, and ends when none is left', async () => {
    const { bsf, peer, another } = await bsfAndPeer()
    bsf.node.addPeer({ host: secondHost, realm, applications: [zn] })
    const second = await another()
    second.send(cer(secondHost))
    await second.next()
    const asked = bsf.node.request(bootstrappingInfo, request, { ...route, deadline: milliseconds(100) })
    const first = await peer.next()
    peer.end()
    const again = await second.next()
    expect(again.header).toMatchObject({ retransmitted: true, endToEnd: first.header.endToEnd })
    second.end()
    await expect(asked).rejects.toThrow(TemporaryFailure)
  })

  it.each([3002, 3004])('after %i goes to another peer, without the T flag', async (code) => {
    const { bsf, peer, another } = await bsfAndPeer()
    bsf.node.addPeer({ host: secondHost, realm, applications: [zn] })
    const second = await another()
    second.send(cer(secondHost))
    await second.next()
    const asked = bsf.node.request(bootstrappingInfo, request, route)
    const first = await peer.next()
    peer.send(answerTo(first.header, code))
    const again = await second.next()
    expect(again.header).toMatchObject({ retransmitted: false, endToEnd: first.header.endToEnd })
    second.send(answerTo(again.header, code, secondHost))
    await expect(asked).rejects.toThrow(TemporaryFailure)
  })

  it('ends as failed when its answer is malformed, and says nothing of it to others', async () => {
    const { bsf, peer } = await bsfAndPeer()
    const asked = bsf.node.request(bootstrappingInfo, request, route)
    const { header } = await peer.next()
    peer.send(
      bir(
        {
          btid: undefined,
          naf: undefined,
          destination: undefined,
          more: concat(avp(268, 0, u32(2001)), avp(405, 10415, 'short')),
        },
        { request: false, hopByHop: header.hopByHop, endToEnd: header.endToEnd },
      ),
    )
    await expect(asked).rejects.toThrow(KeyRequestFailed)
    expect(peer.isOpen).toBe(true)
  })

  it('R39: an answer under another name ends the connection', async () => {
    const { bsf, peer } = await bsfAndPeer()
    const asked = bsf.node.request(bootstrappingInfo, request, { ...route, deadline: milliseconds(50) })
    const failed = expect(asked).rejects.toThrow(TemporaryFailure)
    const { header } = await peer.next()
    peer.send(answerTo(header, 5012, secondHost))
    await peer.ended
    await failed
  })
})

describe('first answers for duplicates', () => {
  it('R43: are kept for 4 minutes, and only so many', async () => {
    let now = 0
    const duplicates = new Duplicates(2, { now: () => Instant(now) })
    const octets = (value: number) => Promise.resolve(Uint8Array.of(value))
    for (const endToEnd of [1, 2, 3]) duplicates.keep(kmfHost, endToEnd, octets(endToEnd))
    expect(duplicates.find(kmfHost, 1)).toBeUndefined()
    expect(await duplicates.find(kmfHost, 3)).toEqual(Uint8Array.of(3))
    expect(duplicates.find(secondHost, 3)).toBeUndefined()
    now = 239_999
    expect(duplicates.find(kmfHost, 3)).toBeDefined()
    now = 240_000
    expect(duplicates.find(kmfHost, 3)).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { BTid } from '../../../src/core/identities/b-tid.ts'
import {
  bTidOfPskIdentity,
  isBootstrappingHint,
  pskIdentityOf,
} from '../../../src/reference-points/pc8/psk-identity.ts'
import chain from '../../vectors/chain.json' with { type: 'json' }

const btid = BTid('I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org')
const vectors = chain.cases.flatMap((one) => {
  const identity = one['PC8 psk_identity']
  const text = one.Ub?.['B-TID']
  return identity !== undefined && text !== undefined ? [{ identity, text }] : []
})

describe('psk_identity, TS 24.109 annex F.3', () => {
  it('has vectors', () => expect(vectors).toHaveLength(2))

  it.each(vectors)('vector $identity', ({ identity, text }) => {
    expect(pskIdentityOf(BTid(text))).toBe(identity)
    expect(bTidOfPskIdentity(identity)).toBe(text)
  })

  it('takes a dot for the semicolon', () => {
    expect(bTidOfPskIdentity(`3GPP-bootstrapping.${btid}`)).toBe(btid)
  })

  it('a B-TID of 109 octets fits the 128 octets of RFC 4279', () => {
    const domain = `${'a'.repeat(63)}.${'b'.repeat(20)}`
    const longest = BTid(`I1U8vpY3qJ0hiuZNrke/NQ==@${domain}`)
    expect(longest).toHaveLength(109)
    expect(pskIdentityOf(longest)).toHaveLength(128)
    expect(bTidOfPskIdentity(pskIdentityOf(longest))).toBe(longest)
  })

  it.each([
    btid,
    '',
    '3GPP-bootstrapping',
    '3GPP-bootstrapping;',
    `3GPP-bootstrapping,${btid}`,
    `3gpp-bootstrapping;${btid}`,
    `3GPP-bootstrapping-uicc;${btid}`,
    `3GPP-bootstrapping;${btid}${'a'.repeat(80)}`,
  ])('B38: %s names no B-TID', (identity) => expect(bTidOfPskIdentity(identity)).toBeUndefined())

  it('a hint may be a list', () => {
    expect(isBootstrappingHint('3GPP-bootstrapping')).toBe(true)
    expect(isBootstrappingHint('3GPP-bootstrapping-uicc;3GPP-bootstrapping')).toBe(true)
    expect(isBootstrappingHint('3GPP-bootstrapping-uicc')).toBe(false)
  })
})

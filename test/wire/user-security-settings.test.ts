import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import { MalformedMessage } from '../../src/core/errors.ts'
import { seconds } from '../../src/core/units.ts'
import {
  parseGuss,
  parseUssList,
  writeGuss,
  writeUssList,
  type Guss,
} from '../../src/wire/user-security-settings.ts'

const guss: Guss = {
  id: '001010123456789@ims.mnc001.mcc001.3gppnetwork.org',
  uiccType: 'GBA_U',
  lifetime: seconds(3600),
  ussList: [
    { id: '1000001', type: 0, uids: ['imsi:001010123456789', 'prose-ue-id:010203'], flags: [1, 4] },
    { id: '2', type: 4, uids: [], flags: [] },
  ],
}

describe('GUSS', () => {
  it('reads what it writes', () => {
    expect(parseGuss(writeGuss(guss))).toEqual(guss)
    expect(parseUssList(writeUssList(guss.ussList))).toEqual(guss.ussList)
    expect(parseUssList(writeUssList([]))).toEqual([])
    expect(parseGuss(writeGuss({ ...guss, lifetime: undefined, ussList: [] })).lifetime).toBeUndefined()
  })

  it('passes over what it does not know, in any namespace', () => {
    const text = `<g:guss xmlns:g="urn:x" id="i" more="1"><g:other/>
      <g:ussList><g:uss id="1" type=" 0 " nafGroup="a"><g:uids><g:uid> u </g:uid><g:x/></g:uids>
      <g:keyChoice>ME-based-key</g:keyChoice></g:uss></g:ussList></g:guss>`
    expect(parseGuss(utf8(text))).toEqual({
      id: 'i',
      uiccType: 'GBA',
      lifetime: undefined,
      ussList: [{ id: '1', type: 0, uids: ['u'], flags: [] }],
    })
  })

  const malformed: readonly (readonly [string, string])[] = [
    ['another root', '<ussList/>'],
    ['no id', '<guss/>'],
    ['uiccType', '<guss id="i"><bsfInfo><uiccType>SIM</uiccType></bsfInfo></guss>'],
    ['lifeTime negative', '<guss id="i"><bsfInfo><lifeTime>-1</lifeTime></bsfInfo></guss>'],
    ['lifeTime too long', '<guss id="i"><bsfInfo><lifeTime>9999999999</lifeTime></bsfInfo></guss>'],
    ['lifeTime empty', '<guss id="i"><bsfInfo><lifeTime/></bsfInfo></guss>'],
    ['USS without id', '<guss id="i"><ussList><uss type="0"/></ussList></guss>'],
    ['USS without type', '<guss id="i"><ussList><uss id="1"/></ussList></guss>'],
    ['type no number', '<guss id="i"><ussList><uss id="1" type="x"/></ussList></guss>'],
    [
      'flag no number',
      '<guss id="i"><ussList><uss id="1" type="0"><flags><flag>1a</flag></flags></uss></ussList></guss>',
    ],
    ['DOCTYPE', '<!DOCTYPE guss><guss id="i"/>'],
  ]
  it.each(malformed)('refuses %s', (_, text) => {
    expect(() => parseGuss(utf8(text))).toThrow(MalformedMessage)
  })

  it('ussList: refuses another root', () => {
    expect(() => parseUssList(utf8('<guss id="i"/>'))).toThrow(MalformedMessage)
  })
})

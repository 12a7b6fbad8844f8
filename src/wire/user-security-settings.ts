import { utf8 } from '../core/bytes.ts'
import { MalformedMessage } from '../core/errors.ts'
import { seconds, type Seconds } from '../core/units.ts'
import { parseXml, writeXml, type XmlElement, type XmlNode } from './xml.ts'

/** User security setting of one application. TS 29.109 annex A. */
export interface Uss {
  /** GAA service identifier. */
  readonly id: string
  /** GAA service type code. */
  readonly type: number
  readonly uids: readonly string[]
  readonly flags: readonly number[]
}

/** GBA user security settings of one subscriber. TS 29.109 annex A. */
export interface Guss {
  readonly id: string
  readonly uiccType: 'GBA' | 'GBA_U'
  readonly lifetime: Seconds | undefined
  readonly ussList: readonly Uss[]
}

const clause = 'TS 29.109 annex A'
const child = (element: XmlElement, name: string) =>
  element.children.find((candidate) => candidate.name === name)
const childrenOf = (element: XmlElement | undefined, name: string) =>
  element?.children.filter((candidate) => candidate.name === name) ?? []

function wholeNumber(text: string, field: string): number {
  if (!/^\s*\d{1,9}\s*$/.test(text)) throw new MalformedMessage(field, 0, 'not a whole number', { clause })
  return Number(text)
}

function attribute(element: XmlElement, name: string): string {
  const value = element.attributes.get(name)
  if (value === undefined) throw new MalformedMessage(`${element.name} ${name}`, 0, 'missing', { clause })
  return value
}

const ussOf = (element: XmlElement): Uss => ({
  id: attribute(element, 'id'),
  type: wholeNumber(attribute(element, 'type'), 'uss type'),
  uids: childrenOf(child(element, 'uids'), 'uid').map((uid) => uid.text.trim()),
  flags: childrenOf(child(element, 'flags'), 'flag').map((flag) => wholeNumber(flag.text, 'flag')),
})

const ussNode = (uss: Uss): XmlNode => ({
  name: 'uss',
  attributes: { id: uss.id, type: String(uss.type) },
  content: [
    { name: 'uids', content: uss.uids.map((uid) => ({ name: 'uid', content: uid })) },
    { name: 'flags', content: uss.flags.map((flag) => ({ name: 'flag', content: String(flag) })) },
  ],
})

function rootOf(octets: Uint8Array, name: string): XmlElement {
  const root = parseXml(octets)
  if (root.name !== name)
    throw new MalformedMessage('GBA-UserSecSettings', 0, `root is not ${name}`, { clause })
  return root
}

/** The document of Zh; unknown elements are passed over, any namespace is accepted. Throws MalformedMessage. */
export function parseGuss(octets: Uint8Array): Guss {
  const root = rootOf(octets, 'guss')
  const bsfInfo = child(root, 'bsfInfo')
  const lifetime = bsfInfo && child(bsfInfo, 'lifeTime')
  const uiccType = (bsfInfo && child(bsfInfo, 'uiccType')?.text.trim()) ?? 'GBA'
  if (uiccType !== 'GBA' && uiccType !== 'GBA_U')
    throw new MalformedMessage('uiccType', 0, 'neither GBA nor GBA_U', { clause })
  return {
    id: attribute(root, 'id'),
    uiccType,
    lifetime: lifetime && seconds(wholeNumber(lifetime.text, 'lifeTime')),
    ussList: childrenOf(child(root, 'ussList'), 'uss').map(ussOf),
  }
}

export const writeGuss = (guss: Guss): Uint8Array =>
  utf8(
    writeXml({
      name: 'guss',
      attributes: { id: guss.id },
      content: [
        {
          name: 'bsfInfo',
          content: [
            { name: 'uiccType', content: guss.uiccType },
            ...(guss.lifetime === undefined ? [] : [{ name: 'lifeTime', content: String(guss.lifetime) }]),
          ],
        },
        { name: 'ussList', content: guss.ussList.map(ussNode) },
      ],
    }),
  )

/** The document of Zn and Zpn; throws MalformedMessage. */
export const parseUssList = (octets: Uint8Array): readonly Uss[] =>
  childrenOf(rootOf(octets, 'ussList'), 'uss').map(ussOf)

export const writeUssList = (ussList: readonly Uss[]): Uint8Array =>
  utf8(writeXml({ name: 'ussList', content: ussList.map(ussNode) }))

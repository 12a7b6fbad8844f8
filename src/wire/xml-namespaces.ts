import type { XmlElement } from '@rgrove/parse-xml'
import { MalformedMessage } from '../core/errors.ts'

/**
 * What prefixes stand for by the declarations of one tag, else by those around it; the empty one is that of names without.
 * Namespaces in XML 1.0, 6.
 */
export interface Scope {
  readonly declared: ReadonlyMap<string, string>
  readonly outer?: Scope
}

const ofXml = 'http://www.w3.org/XML/1998/namespace'
const ofDeclarations = 'http://www.w3.org/2000/xmlns/'

export const noNamespaces: Scope = { declared: new Map([['xml', ofXml]]) }

const declaration = 'xmlns'
const qualified = /^(?:[^:]+:)?[^:]+$/

/** Whether an attribute declares a namespace. */
export const isDeclaration = (attribute: string): boolean =>
  attribute === declaration || attribute.startsWith(`${declaration}:`)

const prefixOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf(':')))
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** The namespace of an element; throws MalformedMessage for a prefix that stands for nothing. */
export const namespaceOf = (element: XmlElement, scope: Scope): string =>
  boundIn(scope, element, element.name)

function boundIn(scope: Scope, { start }: XmlElement, name: string): string {
  const prefix = prefixOf(name)
  const namespace = standsFor(scope, prefix)
  if (namespace === undefined && prefix !== '')
    throw new MalformedMessage('XML', start, 'a prefix without a namespace')
  return namespace ?? ''
}

function standsFor(scope: Scope, prefix: string): string | undefined {
  for (let around: Scope | undefined = scope; around; around = around.outer) {
    const namespace = around.declared.get(prefix)
    if (namespace !== undefined) return namespace
  }
  return undefined
}

/** The scope inside an element's tag. Throws MalformedMessage. */
export function scopeWithin(outer: Scope, element: XmlElement): Scope {
  const names = Object.keys(element.attributes)
  for (const name of [element.name, ...names])
    if (!qualified.test(name)) throw new MalformedMessage('XML', element.start, 'a name with a wrong colon')
  const scope = declared(outer, element, names.filter(isDeclaration))
  const prefixed = names.filter((name) => name.includes(':') && !isDeclaration(name))
  if (prefixed.length > 0) checkEachOnce(scope, element, prefixed)
  return scope
}

/**
 * No two attributes have the same local name in the same namespace. Long keys that begin alike would be compared in full, each
 * with each: a namespace and a name are two keys.
 */
function checkEachOnce(scope: Scope, element: XmlElement, prefixed: readonly string[]): void {
  const namesIn = new Map<string, Set<string>>()
  for (const name of prefixed) {
    const namespace = boundIn(scope, element, name)
    const [local, known = new Set<string>()] = [localName(name), namesIn.get(namespace)]
    if (known.has(local)) throw new MalformedMessage('XML', element.start, 'an attribute twice')
    namesIn.set(namespace, known.add(local))
  }
}

function declared(outer: Scope, { attributes, start }: XmlElement, names: readonly string[]): Scope {
  if (names.length === 0) return outer
  const own = new Map<string, string>()
  for (const name of names) {
    const [prefix, namespace = ''] = [name === declaration ? '' : localName(name), attributes[name]]
    if (!mayStandFor(prefix, namespace))
      throw new MalformedMessage('XML', start, 'a namespace that may not be')
    own.set(prefix, namespace)
  }
  return { declared: own, outer }
}

const mayStandFor = (prefix: string, namespace: string): boolean =>
  prefix !== declaration &&
  namespace !== ofDeclarations &&
  (namespace === ofXml) === (prefix === 'xml') &&
  (namespace.trim() !== '' || prefix === '')

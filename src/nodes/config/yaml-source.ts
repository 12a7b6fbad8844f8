import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import type { ConfigMistake } from '../../core/invalid-config.ts'
import { excerptOf } from './excerpt.ts'

/** Names and indices from the root to a value. */
export type Path = readonly (string | number)[]

/** A mistake before its place in the file is known. */
export interface Problem {
  readonly path: Path
  readonly message: string
  /** The name is wrong, not the value. */
  readonly atName?: boolean
}

/** `plmns[1].kmf.proseUeIds[0]` */
export const pathText = (path: Path): string =>
  path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('').replace(/^\./, '') // prettier-ignore

/** One slip makes many errors of syntax: the first ones tell. */
const syntaxErrorsShown = 5

interface Place {
  readonly from: number
  readonly to: number
}

const nameOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '')
const rangeOf = (node: unknown): Place | undefined => {
  const range = (node as Node | null)?.range
  return range ? { from: range[0], to: range[1] } : undefined
}

/** The text of a YAML file, its value, and the place of everything in it. */
export class YamlSource {
  readonly file: string
  /** Undefined when `mistakes` is not empty. */
  readonly value: unknown
  readonly mistakes: readonly ConfigMistake[]
  readonly #text: string
  readonly #lines = new LineCounter()
  readonly #document: Document

  /** One document of YAML 1.2 without aliases, tags and duplicate names. */
  constructor(text: string, file: string) {
    this.file = file
    this.#text = text
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      schema: 'core',
      stringKeys: true,
      uniqueKeys: false,
    })
    const problems = [...this.#document.errors, ...this.#document.warnings]
      .slice(0, syntaxErrorsShown)
      .map((error) => this.#mistake({ from: error.pos[0], to: error.pos[1] }, [], error.message))
    this.mistakes = problems.length > 0 ? problems : this.#forms()
    this.value = this.mistakes.length > 0 ? undefined : this.#document.toJS()
  }

  /** Duplicate names, aliases, and the one name that JavaScript does not treat as a name. */
  #forms(): readonly ConfigMistake[] {
    const mistakes: ConfigMistake[] = []
    const add = (node: unknown, path: Path, message: string) =>
      mistakes.push(this.#mistake(rangeOf(node), path, message))
    visit(this.#document, (_, node, ancestors) => {
      const path = () => pathOf([...ancestors, node])
      if (isAlias(node)) add(node, path(), 'an alias is not accepted here, repeat the value')
      if (isMap(node))
        for (const pair of duplicates(node.items))
          add(pair.key, [...path(), nameOf(pair)], `${nameOf(pair)} stands here twice`)
      if (isPair(node) && nameOf(node) === '__proto__') add(node.key, path(), 'no such setting')
    })
    return mistakes
  }

  mistake({ path, message, atName = false }: Problem): ConfigMistake {
    const { node, isName } = this.#nodeAt(path, atName)
    return this.#mistake(rangeOf(node), path, message, isName)
  }

  /** The value, or a name: its own, or the deepest one above it that the file has. */
  #nodeAt(path: Path, atName: boolean): { readonly node: unknown; readonly isName: boolean } {
    let node: unknown = this.#document.contents
    let name: unknown = undefined
    for (const part of path) {
      const pair = isMap(node) ? node.items.find((item) => nameOf(item) === part) : undefined
      const next = pair ? pair.value : isSeq(node) ? node.items[Number(part)] : undefined
      if (!pair && next === undefined) return { node: name ?? firstName(node), isName: true }
      name = pair?.key
      node = next
    }
    if (atName || isMap(node) || !rangeOf(node)) return { node: name ?? firstName(node), isName: true }
    return { node, isName: false }
  }

  #mistake(place: Place | undefined, path: Path, message: string, hideRest = false): ConfigMistake {
    const common = { file: this.file, path: pathText(path), message }
    if (!place) return common
    const { line, col } = this.#lines.linePos(place.from)
    if (line < 1) return common
    const start = this.#lines.lineStarts[line - 1] ?? 0
    const end = this.#text.indexOf('\n', start)
    const source = this.#text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
    const excerpt = excerptOf({ line, source, column: col, length: place.to - place.from, hideRest })
    return { ...common, line, column: col, excerpt }
  }
}

/** Something short to point at instead of a whole map or list. */
function firstName(node: unknown): unknown {
  return isMap(node) ? (node.items[0]?.key ?? node) : node
}

function duplicates(items: readonly Pair[]): readonly Pair[] {
  const seen = new Set<string>()
  return items.filter((item) => seen.size === seen.add(nameOf(item)).size)
}

function pathOf(nodes: readonly unknown[]): Path {
  const parts: (string | number)[] = []
  nodes.forEach((node, at) => {
    if (isPair(node)) parts.push(nameOf(node))
    else if (isSeq(node) && at + 1 < nodes.length) parts.push(node.items.indexOf(nodes[at + 1]))
  })
  return parts
}

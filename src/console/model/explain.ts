import { fromHex } from '../../core/bytes.ts'
import type { ReferencePoint } from '../../core/tap.ts'
import { explainDiscovery, discoverySize } from '../../reference-points/pc5/discovery.ts'
import { explainFrame } from '../../reference-points/pc5/explain-frame.ts'
import { proseKeyCommand } from '../../reference-points/pc6/command.ts'
import { explainPc8 } from '../../reference-points/pc8/explain.ts'
import { explainUb } from '../../reference-points/ub/explain.ts'
import { multimediaAuthCommand } from '../../reference-points/zh/command.ts'
import { bootstrappingInfoCommand } from '../../reference-points/zn/command.ts'
import { gbaPushInfoCommand } from '../../reference-points/zn/zpn.ts'
import { explainDiameter } from '../../wire/diameter/explain.ts'
import type { ByteRange, Explanation } from '../../wire/explanation.ts'
import type { FieldNode, Inspected } from './fields.ts'
import type { MessageLine } from './lines.ts'

const commands = [multimediaAuthCommand, bootstrappingInfoCommand, gbaPushInfoCommand, proseKeyCommand]
const explainAnyDiameter = (octets: Uint8Array) => explainDiameter(octets, commands)

/** The explanation of the codecs of each reference point; PC5 besides discovery is a frame on SL-SCH. */
const explainers: Readonly<Record<ReferencePoint, (octets: Uint8Array) => Explanation>> = {
  PC5: (octets) =>
    (octets.length === discoverySize && (octets[0] ?? 0) >= 0x80 ? explainDiscovery : explainFrame)(octets),
  PC8: explainPc8,
  Ub: explainUb,
  PC6: explainAnyDiameter,
  Zn: explainAnyDiameter,
  Zpn: explainAnyDiameter,
  Zh: explainAnyDiameter,
}

/** What each octet of a message says. Total. */
export function inspect(line: MessageLine): Inspected {
  const octets = fromHex(line.bytes)
  const masked = line.masked ?? []
  const explained =
    line.point === 'PC5' && line.to !== 'all'
      ? explainFrame(octets, line.clear === undefined ? undefined : fromHex(line.clear), line.pc5Profile)
      : explainers[line.point](octets)
  return inspected(
    explained,
    octets,
    masked,
    line.original === undefined ? undefined : fromHex(line.original),
  )
}

/** What pasted octets say, as a message on `point`. Total. */
export const inspectOctets = (point: ReferencePoint, octets: Uint8Array): Inspected =>
  inspected(explainers[point](octets), octets, [], undefined)

/** The point whose codec reads most of these octets. */
export function likelyPoint(octets: Uint8Array): ReferencePoint {
  const points: readonly ReferencePoint[] = ['PC5', 'Zn', 'PC8', 'Ub']
  const readTo = (point: ReferencePoint) => {
    const { name, stopped } = explainers[point](octets)
    return name === 'unknown' ? -1 : (stopped?.offset ?? octets.length)
  }
  return points.reduce((best, point) => (readTo(point) > readTo(best) ? point : best))
}

function inspected(
  { name, clause, ranges, stopped }: Explanation,
  octets: Uint8Array,
  masked: Inspected['masked'],
  original: Uint8Array | undefined,
): Inspected {
  const nodeOf = (range: ByteRange, index: number, above: string, depth: number): FieldNode => {
    const path = `${above}${slug(range.name)}${index > 0 ? `~${index}` : ''}`
    const secret = holdsMasked(range, masked)
    const parts = secret ? [] : nodesOf(range.parts ?? [], `${path}.`, depth + 1)
    return { ...range, path, depth, secret, text: secret ? '[key]' : range.text, parts }
  }
  const nodesOf = (list: readonly ByteRange[], above: string, depth: number): FieldNode[] =>
    list.map((range, at) => {
      const before = list.slice(0, at).filter((other) => other.name === range.name).length
      return nodeOf(range, before, above, depth)
    })
  return { name, clause, octets, original, fields: nodesOf(ranges, '', 1), stopped, masked }
}

/** A leaf that has a key in it, such as an XML element. */
const holdsMasked = ({ parts, valueFrom, to }: ByteRange, masked: Inspected['masked']): boolean =>
  (parts ?? []).length === 0 && masked.some(([from, end]) => from < to && end > valueFrom)

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')

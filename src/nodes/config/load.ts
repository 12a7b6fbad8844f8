import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fromUtf8 } from '../../core/bytes.ts'
import { InvalidConfig, type ConfigMistake } from '../../core/invalid-config.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import { isInFile } from '../../io/lab/given.ts'
import { completePlmn, completeUe } from './complete.ts'
import { isNestedTooDeeply } from './nesting.ts'
import type { LabConfig, NetworkConfig } from './network-config.ts'
import { rules, type Draft } from './rules.ts'
import { labShape, networkShape, plmnShape, type NetworkShape } from './schema/network.ts'
import { ueShape } from './schema/ue.ts'
import { problemsOf, wording } from './wording.ts'
import { YamlSource, type Problem } from './yaml-source.ts'

const largest = 4 * 1024 * 1024

type Section = Readonly<Record<string, unknown>>

const sectionOf = (value: unknown): Section =>
  typeof value === 'object' && value !== null ? (value as Section) : {}

function labOf(value: unknown): LabConfig | undefined {
  const lab = labShape.safeParse(sectionOf(value)['lab']).data
  return lab && { ...lab, directory: resolve(lab.directory) }
}

/** File names are relative to the lab's directory, without a lab to that of the YAML file; what is in no file stays. */
function fileResolver(value: unknown, file: string) {
  const base = labOf(value)?.directory ?? dirname(resolve(file))
  return (name: string) => (isInFile(name) ? resolve(base, name) : name)
}

/** The parts whose form is right: rules then find their mistakes beside those of form. */
function draftOf(value: unknown, file: string, isComplete: boolean): Draft {
  const { plmns, ues } = sectionOf(value)
  return {
    plmns: (Array.isArray(plmns) ? plmns : []).flatMap((entry: unknown, index) => {
      const shape = plmnShape.safeParse(entry).data
      const config = shape && completePlmn(shape, index, fileResolver(value, file))
      return shape && config ? [{ path: ['plmns', index], shape, config }] : []
    }),
    ues: Object.entries(sectionOf(ues)).flatMap(([name, entry]) => {
      const shape = ueShape.safeParse(entry).data
      return shape ? [{ name, path: ['ues', name], shape }] : []
    }),
    isComplete,
  }
}

function configOf(file: string, shape: NetworkShape, draft: Draft, value: unknown): NetworkConfig {
  const plmns = draft.plmns.map(({ config }) => config)
  const proseUeIds = (imsi: Imsi) =>
    plmns.flatMap((plmn) => plmn.subscribers).find((subscriber) => subscriber.imsi === imsi)?.prose?.ueIds
  const lab = labOf(value)
  return {
    file,
    ...(lab && { lab }),
    ...(shape.tracing && { tracing: shape.tracing }),
    diameter: {
      ...shape.diameter,
      trustedCaFile: fileResolver(value, file)(shape.diameter.trustedCaFile),
    },
    plmns,
    ues: draft.ues.map((ue) => completeUe(ue.name, ue.shape, proseUeIds(ue.shape.imsi) ?? [])),
    pc5Bearer: shape.pc5Bearer,
    shape,
  }
}

const inOrder = (a: ConfigMistake, b: ConfigMistake) =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)

/** The configuration in `text`; `file` names it in mistakes. Throws InvalidConfig with all of them. */
export function parseNetworkConfig(text: string, file: string): NetworkConfig {
  if (isNestedTooDeeply(text))
    throw new InvalidConfig(file, [{ file, path: '', message: 'nested too deeply' }])
  const source = new YamlSource(text, file)
  if (source.mistakes.length > 0) throw new InvalidConfig(file, source.mistakes)
  const shape = networkShape.safeParse(source.value, { error: wording })
  const draft = draftOf(source.value, file, shape.success)
  const problems: readonly Problem[] = [
    ...problemsOf(shape.error?.issues ?? []),
    ...rules.flatMap((rule) => rule(draft)),
  ]
  if (!shape.success || problems.length > 0)
    throw new InvalidConfig(file, problems.map((problem) => source.mistake(problem)).sort(inOrder))
  return configOf(file, shape.data, draft, source.value)
}

function textOf(file: string): string {
  try {
    const octets = readFileSync(file)
    if (octets.length > largest) throw new Error(`longer than ${largest} octets`)
    return fromUtf8(octets)
  } catch (cause) {
    const message = `cannot be read: ${(cause as Error).message}`
    throw new InvalidConfig(file, [{ file, path: '', message }], { cause })
  }
}

/** The configuration of a YAML file; throws InvalidConfig with all its mistakes. */
export const loadNetworkConfig = (file: string): NetworkConfig => parseNetworkConfig(textOf(file), file)

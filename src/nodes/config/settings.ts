import { z } from 'zod'
import type { About } from './schema/about.ts'
import { networkShape } from './schema/network.ts'

/** One setting of the configuration, as its schema has it. */
export interface Setting extends Partial<About> {
  /** For example `plmns[].kmf.pc8.listen`, `ues.NAME.imsi`. */
  readonly path: string
  /** What its value looks like. */
  readonly form: string
  /** Must stand wherever its section stands. */
  readonly isRequired: boolean
}

type Told = Partial<About> & { readonly form?: string }

interface Layers {
  /** The schema under what makes it optional or gives it a default. */
  readonly core: z.core.$ZodType
  readonly told: Told
  readonly byDefault?: unknown
  readonly isOptional: boolean
}

function layersOf(schema: z.core.$ZodType): Layers {
  const told = ((schema as z.ZodType).meta() ?? {}) as Told
  const inner = (more: Partial<Layers>, next: z.core.$ZodType): Layers => {
    const deeper = layersOf(next)
    return { ...deeper, ...more, told: { ...deeper.told, ...told } }
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return inner({ byDefault: schema.def.defaultValue, isOptional: true }, schema.def.innerType)
  if (schema instanceof z.ZodOptional) return inner({ isOptional: true }, schema.def.innerType)
  if (schema instanceof z.ZodPipe) return inner({}, schema.def.in)
  return { core: schema, told, isOptional: false }
}

const coreOf = (schema: z.core.$ZodType) => layersOf(schema).core

function formOf(schema: z.core.$ZodType): string {
  const { core, told } = layersOf(schema)
  if (told.form !== undefined) return told.form
  if (core instanceof z.ZodArray) return `[${formOf(core.element)}, ...]`
  if (core instanceof z.ZodRecord) return `${formOf(core.keyType)}: ${formOf(core.valueType)}`
  if (core instanceof z.ZodObject || core instanceof z.ZodDiscriminatedUnion) return 'section'
  if (core instanceof z.ZodUnion) return core.options.map(formOf).join(' or ')
  if (core instanceof z.ZodEnum) return core.options.join(' or ')
  if (core instanceof z.ZodLiteral) return [...core.values].join(' or ')
  if (core instanceof z.ZodBoolean) return 'true or false'
  if (core instanceof z.ZodNumber) return `${core.minValue} to ${core.maxValue}`
  return core instanceof z.ZodIPv4 ? 'IPv4 address' : 'text'
}

/** The sections in a setting: itself, what stands in its list, or under its names. */
function sectionsIn(path: string, schema: z.core.$ZodType): readonly (readonly [string, z.ZodObject])[] {
  const core = coreOf(schema)
  if (core instanceof z.ZodArray) return sectionsIn(`${path}[]`, core.element)
  if (core instanceof z.ZodRecord) return sectionsIn(`${path}.${formOf(core.keyType)}`, core.valueType)
  if (core instanceof z.ZodUnion) return core.options.flatMap((option) => sectionsIn(path, option))
  return core instanceof z.ZodObject ? [[path, core]] : []
}

/** A default as it would stand in the file; none for a section, whose settings have their own. */
const inFile = (value: unknown): { readonly byDefault?: string } =>
  value === undefined || (typeof value === 'object' && !Array.isArray(value))
    ? {}
    : { byDefault: typeof value === 'string' ? value : JSON.stringify(value) }

function settingsAt(path: string, schema: z.core.$ZodType): readonly Setting[] {
  const { told, byDefault, isOptional } = layersOf(schema)
  const own = { path, ...inFile(byDefault), ...told, form: formOf(schema), isRequired: !isOptional }
  return [own, ...sectionsIn(path, schema).flatMap(([place, section]) => settingsIn(place, section))]
}

const settingsIn = (place: string, { shape }: z.ZodObject): readonly Setting[] =>
  Object.entries<z.core.$ZodType>(shape).flatMap(([name, schema]) =>
    settingsAt(place === '' ? name : `${place}.${name}`, schema),
  )

/** A setting that several forms of one section have is one, with the values of all. */
function merged(all: readonly Setting[]): readonly Setting[] {
  const byPath = new Map<string, Setting>()
  for (const setting of all) {
    const { form } = byPath.get(setting.path) ?? setting
    const forms = form === setting.form ? form : `${form} or ${setting.form}`
    byPath.set(setting.path, { ...setting, form: forms })
  }
  return [...byPath.values()]
}

/** Every setting of the configuration in the order of the schema, sections before what stands in them. */
export const settings = (): readonly Setting[] => merged(settingsIn('', networkShape))

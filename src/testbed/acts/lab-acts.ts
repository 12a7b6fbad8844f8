import type { TapState } from '../../core/tap.ts'
import { systemClock } from '../../io/system.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { configuredNodes } from '../../nodes/config/nodes.ts'
import { scenarios } from '../scenarios.ts'
import { WrongAct, type Act, type Done, type Given, type Parameter, type Stage } from './act.ts'
import { acts, findAct } from './table.ts'

/** What came of an act. */
export interface Performed extends Done {
  /** The command line that does the same. */
  readonly command: string
}

/** Which values a parameter may have in this network; undefined for a number. */
export function valuesOf(parameter: Parameter, config: NetworkConfig): readonly string[] | undefined {
  const nodes = configuredNodes(config)
  switch (parameter.kind) {
    case 'ue':
    case 'kmf':
      return nodes.filter(({ kind }) => kind === parameter.kind).map(({ name }) => name)
    case 'node':
      return nodes.map(({ name }) => name)
    case 'plmn':
      return config.plmns.map(({ plmn }) => plmn)
    case 'scenario':
      return scenarios.map(({ name }) => name)
    case 'choice':
      return parameter.values
    case 'number':
      return undefined
  }
}

/** Does what is asked of it, and tells the network. Throws WrongAct, and what the act throws. */
export async function perform(name: string, given: Given, stage: Stage): Promise<Performed> {
  const act = knownAct(name)
  for (const value of Object.keys(given))
    if (!act.parameters.some((parameter) => parameter.name === value))
      throw new WrongAct(`${name} takes no ${value}`, usageOf(act))
  for (const parameter of act.parameters) check(act, parameter, given[parameter.name], stage.config)
  const done = await act.perform(given, stage)
  const performed = { command: commandOf(act, given), ...done }
  if (!act.isTold) stage.run.tell(toldOf(act, given, performed, stage))
  return performed
}

/** The values in words of a command line. Throws WrongAct. */
export function givenIn(name: string, words: readonly string[]): Given {
  const { parameters, ...act } = knownAct(name)
  if (words.length > parameters.length)
    throw new WrongAct(
      `${name} takes ${parameters.length === 0 ? 'nothing' : 'no more words'}`,
      usageOf({ ...act, parameters }),
    )
  return Object.fromEntries(words.map((word, at) => [parameters[at]?.name ?? '', word]))
}

/** `connect FROM TO`. */
export const usageOf = ({ act, parameters }: Pick<Act, 'act' | 'parameters'>): string =>
  [act, ...parameters.map(({ name, optional }) => wordOf(name, optional ?? false))].join(' ')

const wordOf = (name: string, isOptional: boolean): string =>
  isOptional ? `[${name.toUpperCase()}]` : name.toUpperCase()

/** Throws WrongAct. */
export function knownAct(name: string): Act {
  const act = findAct(name)
  if (!act)
    throw new WrongAct(`there is no act ${name}`, `one of ${acts.map((known) => known.act).join(', ')}`)
  return act
}

/** `npx sidelock lab cut kmf1 kmf2`; words of several words are quoted. */
export function commandOf({ act, parameters, command }: Act, given: Given): string {
  if (command) return command(given)
  const words = parameters.flatMap(({ name }) => given[name] ?? [])
  return ['npx sidelock lab', act, ...words.map((word) => (/\s/.test(word) ? `'${word}'` : word))].join(' ')
}

function toldOf({ act }: Act, given: Given, { says, command }: Performed, { config }: Stage): TapState {
  const { ue, kmf, from } = given
  const node = kmf ?? ue ?? from ?? configuredNodes(config)[0]?.name ?? ''
  return { kind: 'state', time: systemClock.now(), node, what: 'act', fields: { act, says, command } }
}

function check(act: Act, parameter: Parameter, value: string | undefined, config: NetworkConfig): void {
  const { name, kind, optional } = parameter
  if (value === undefined) {
    if (optional) return
    throw new WrongAct(`${act.act} needs ${name}`, usageOf(act))
  }
  if (kind === 'number') {
    const { min, max, unit } = parameter
    if (!/^\d{1,9}$/.test(value) || Number(value) < min || Number(value) > max)
      throw new WrongAct(`${name}: ${min} to ${max} ${unit} is needed`, usageOf(act))
    return
  }
  const values = valuesOf(parameter, config) ?? []
  if (!values.includes(value))
    throw new WrongAct(
      `${name}: there is no such ${kind === 'choice' ? name : kind}`,
      `one of ${values.join(', ')}`,
    )
}

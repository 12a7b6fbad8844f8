import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import { scenarios } from '../scenarios.ts'
import {
  WrongAct,
  type Act,
  type Done,
  type Given,
  type Parameter,
  type ParameterKind,
  type Stage,
} from './act.ts'
import { acts, findAct } from './table.ts'

/** What came of an act. */
export interface Performed extends Done {
  /** The command line that does the same. */
  readonly command: string
}

/** Which values a parameter may have in this network. */
export const valuesOf: Readonly<Record<ParameterKind, (config: NetworkConfig) => readonly string[]>> = {
  ue: ({ ues }) => ues.map(({ name }) => name),
  scenario: () => scenarios.map(({ name }) => name),
}

/** Does what is asked of it. Throws WrongAct, and what the act throws. */
export async function perform(name: string, values: Given, stage: Stage): Promise<Performed> {
  const act = knownAct(name)
  for (const value of Object.keys(values))
    if (!act.parameters.some((parameter) => parameter.name === value))
      throw new WrongAct(`${name} takes no ${value}`, usageOf(act))
  for (const parameter of act.parameters) check(act, parameter, values[parameter.name], stage.config)
  const done = await act.perform(values, stage)
  return { command: commandOf(act, values), ...done }
}

/** `connect FROM TO`. */
export const usageOf = ({ act, parameters }: Act): string =>
  [
    act,
    ...parameters.map(({ name, optional }) => (optional ? `[${name.toUpperCase()}]` : name.toUpperCase())),
  ].join(' ')

function knownAct(name: string): Act {
  const act = findAct(name)
  if (!act)
    throw new WrongAct(`there is no act ${name}`, `one of ${acts.map((known) => known.act).join(', ')}`)
  return act
}

function commandOf({ act, parameters, command }: Act, values: Given): string {
  if (command) return command(values)
  const words = parameters.flatMap(({ name }) => values[name] ?? [])
  return ['npx sidelock lab', act, ...words].join(' ')
}

function check(
  act: Act,
  { name, kind, optional }: Parameter,
  value: string | undefined,
  config: NetworkConfig,
): void {
  if (value === undefined) {
    if (optional) return
    throw new WrongAct(`${act.act} needs ${name}`, usageOf(act))
  }
  const values = valuesOf[kind](config)
  if (!values.includes(value))
    throw new WrongAct(`${name}: there is no ${kind} of that name`, `one of ${values.join(', ')}`)
}

import { LocalFault, Refused } from '../../core/errors.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import type { Outcome } from '../result.ts'
import type { Run } from '../run.ts'

/** There is no such act, or a word of it is missing or wrong. */
export class WrongAct extends LocalFault {
  readonly code = 'ERR_ACT'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** Something else is under way. */
export class Busy extends Refused {
  readonly code = 'ERR_BUSY'
}

/** The act has nothing to change. */
export class NothingToDo extends Refused {
  readonly code = 'ERR_NOTHING_TO_DO'
}

/** The act needs a hold on nodes of this process. */
export class NeedsOneProcess extends Refused {
  readonly code = 'ERR_NEEDS_ONE_PROCESS'
  readonly hint = 'start the testbed without --processes'
}

/** What a parameter of an act is; `choice` has its values in the table, a `number` its bounds. */
export type Parameter = {
  readonly name: string
  readonly optional?: true
} & (
  | { readonly kind: 'ue' | 'node' | 'kmf' | 'plmn' | 'scenario' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly unit: string }
)

/** What acts act on. */
export interface Stage {
  readonly config: NetworkConfig
  /** The network that stands. */
  readonly run: Run
  readonly permissions: ChangedPermissions
  /** Plays a scenario on a network of its own; gives the number of its run when that network is up. Throws Busy. */
  play(scenario: string, between: readonly [string, string] | undefined): Promise<number>
}

/** Permissions that are others than the configuration gives: `ue1 001-02` to what they are now. */
export type ChangedPermissions = Map<string, boolean>

/** Values of parameters by their names. */
export type Given = Readonly<Record<string, string>>

/** What an act did. */
export interface Done {
  /** In one line. */
  readonly says: string
  /** The run that it began. */
  readonly run?: number
  /** How the set-up ended that it made. */
  readonly outcome?: Outcome
}

/** One thing that a person can do to a network that stands: API, command line and console take it from here. */
export interface Act {
  /** For example `connect`. */
  readonly act: string
  readonly summary: string
  /** In the order of the words of its command; those that may be left out are last. */
  readonly parameters: readonly Parameter[]
  /** The command that does the same, where that is another one than `lab ACT ...`. */
  readonly command?: (given: Given) => string
  /** Nodes tell what it does: nothing more is told of it. */
  readonly isTold?: true
  /** Throws ProseError. */
  perform(given: Given, stage: Stage): Promise<Done>
}

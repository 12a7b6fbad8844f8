import { LocalFault } from '../core/errors.ts'

/** The command line cannot be understood. */
export class WrongUsage extends LocalFault {
  readonly code = 'ERR_USAGE'
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** A secret was typed where everybody on the machine can read it (B74). It is not repeated. */
export class SecretInArguments extends LocalFault {
  readonly code = 'ERR_SECRET_IN_ARGUMENTS'
  readonly hint = 'put it into a file of mode 0600 and name that in the configuration, for example kFile'
}

/** No UE runs that could be asked. */
export class NotRunning extends LocalFault {
  readonly code = 'ERR_NOT_RUNNING'
  readonly hint: string

  constructor(message: string, command: string) {
    super(message)
    this.hint = `start it in another terminal: npx sidelock ${command}`
  }
}

/** `--unsafe-reveal-keys` without a `lab` section. */
export class NotALab extends LocalFault {
  readonly code = 'ERR_CONFIG'
  readonly hint = 'it is for networks with a lab: section, whose keys are worth nothing'
}

/** Nothing answers at the address that was given. */
export class NodeAway extends LocalFault {
  readonly code = 'ERR_NOT_RUNNING'

  constructor(at: string, cause: unknown) {
    super(`nothing answers at ${at}`, undefined, { cause })
  }
}

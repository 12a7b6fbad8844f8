import { LocalFault } from '../core/errors.ts'

/** Why something cannot be run. */
export class CannotRun extends LocalFault {
  readonly code = 'ERR_CANNOT_RUN'
}

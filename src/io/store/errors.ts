import { LocalFault, TemporaryFailure } from '../../core/errors.ts'

/** A store file that cannot be opened or must not be used. */
export class StoreUnusable extends LocalFault {
  readonly code = 'ERR_STORE_UNUSABLE'
}

/** A row whose sealed part is not the one that was written for it (R32). */
export class RecordNotAuthentic extends LocalFault {
  readonly code = 'ERR_RECORD_NOT_AUTHENTIC'
}

/** Somebody else wrote the same rows between: the same again may succeed at once. */
export class WrittenMeanwhile extends TemporaryFailure {}

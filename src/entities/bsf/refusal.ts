import { BTidUnknown } from '../../core/errors.ts'
import { refusalFields } from '../../core/refusal.ts'
import type { BsfPorts } from './ports.ts'

/** Reports the true reason of what `work` throws (R10); an unknown B-TID is part of the procedure. CR 33.303 6.X.3.3. */
export async function tellingRefusals<Answer>(
  point: 'Zn' | 'Zpn',
  { report }: Pick<BsfPorts, 'report'>,
  context: string | undefined,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof BTidUnknown))
      report({
        what: 'refused',
        fields: { ...refusalFields(error, 'BSF'), point },
        ...(context === undefined ? {} : { context }),
      })
    throw error
  }
}

import { NotAuthorised } from '../../core/errors.ts'
import { hasExtension } from '../../core/extension-set.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import { deriveRequestToken } from '../../crypto/prose-keys.ts'
import type { NafKeys, Question } from './resolve-naf-keys.ts'

/** E2: UE-1 itself asked for this link. After a push the GPI shows it, so 7b and 7d have no token. Throws NotAuthorised. */
export function checkRequestToken(
  { extensions, ue1Id, requestToken, nonce1, ...wanted }: Question['request'],
  { ksNaf, gpi }: NafKeys,
): void {
  if (gpi || !hasExtension(extensions, 'E2')) return
  const isRight =
    ue1Id.kind === 'b-tid' &&
    nonce1 &&
    requestToken &&
    equalInConstantTime(deriveRequestToken(ksNaf, { btid: ue1Id.btid, nonce1, ...wanted }), requestToken)
  if (!isRight) throw new NotAuthorised('UE-1 did not ask for this link', 'CR 33.303 6.X.3.2 step 7')
}

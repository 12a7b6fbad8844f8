import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Transfer = (this: ArrayBufferLike, size: number) => ArrayBuffer

/** Node 20 has it, but shows it only to a context that was made when it was asked for. */
function hiddenTransfer(): Transfer | undefined {
  setFlagsFromString('--harmony-rab-gsab-transfer')
  return runInNewContext('ArrayBuffer.prototype.transfer') as Transfer | undefined
}

/** False where there is none. */
let transfer: Transfer | false | undefined

/**
 * Frees what a cipher of node:crypto returned, which nobody may look at any more. The collector would free it later on a
 * thread of its own, and while it frees thousands at once this thread waits for the allocator longer than it enciphers.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  transfer ??=
    (ArrayBuffer.prototype as { readonly transfer?: Transfer }).transfer ?? hiddenTransfer() ?? false
  // A part of a buffer shares it with others.
  if (transfer && byteLength === buffer.byteLength) transfer.call(buffer, 0)
}

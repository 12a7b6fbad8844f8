import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { LocalFault } from '../core/errors.ts'

/** No control socket can be there. */
export class InvalidControlAddress extends LocalFault {
  readonly code = 'ERR_CONTROL_ADDRESS'
  readonly hint =
    'give it a place of its own in a folder that is there: --at FILE for a UE, else admin.socketFile'
}

/** A process that runs serves it already. */
export class ControlAddressInUse extends LocalFault {
  readonly code = 'ERR_CONTROL_ADDRESS_IN_USE'
  readonly hint =
    'end what runs there, or give this one a place of its own: --at FILE for a UE, else admin.socketFile'
}

/** Octets that sockaddr_un has for a name. */
const longestAddress = 107

/** Whether somebody answers on a local socket. */
export const isServed = (file: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(file)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** Rejects with ControlAddressInUse: what would serve there need not begin. */
export async function checkSocketFree(file: string): Promise<void> {
  if (await isServed(file)) throw new ControlAddressInUse(`${file} serves another process`)
}

/**
 * Has `listen` serve a local socket that only its owner can open (R46): made where nobody else can look, and put in its place
 * when it is its owner's alone. Throws InvalidControlAddress, ControlAddressInUse.
 */
export async function listenLocally(
  file: string,
  listen: (socketFile: string) => Promise<unknown>,
): Promise<void> {
  await checkSocketFree(file)
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (there && !there.isSocket()) throw new InvalidControlAddress(`${file} is there and is no socket`)
  const made = privateFolderBeside(file)
  try {
    const first = join(made, 's')
    if (Buffer.byteLength(first) > longestAddress || Buffer.byteLength(file) > longestAddress)
      throw new InvalidControlAddress(`${file} is too long for a local socket`)
    await listen(first)
    chmodSync(first, 0o600)
    renameSync(first, file)
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** Of mode 0700. */
function privateFolderBeside(file: string): string {
  try {
    return mkdtempSync(join(dirname(file), '.s'))
  } catch (error) {
    throw new InvalidControlAddress(`${dirname(file)} takes no socket`, undefined, { cause: error })
  }
}

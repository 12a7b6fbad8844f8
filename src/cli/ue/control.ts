import { join } from 'node:path'
import {
  askControl,
  serveControl,
  type ControlReply,
  type ControlRequest,
  type ControlSocket,
} from '../../io/control/control-socket.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'
import type { UeByHand } from '../../testbed/ue-by-hand.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Terminal } from '../terminal.ts'
import { carryOut, saying } from './carry-out.ts'

/**
 * Where a UE that runs takes verbs when nobody says where: in its lab, else in the folder of this login. Undefined when
 * there is neither.
 */
export function controlAddress(
  name: string,
  { lab }: Pick<NetworkConfig, 'lab'>,
  { XDG_RUNTIME_DIR: login }: Terminal['environment'],
): string | undefined {
  if (lab) return join(lab.directory, `${name}.sock`)
  return login ? join(login, `sidelock-${name}.sock`) : undefined
}

/** From now on this UE takes verbs of other processes of its owner. */
export const serveVerbs = (hand: UeByHand, address: string): Promise<ControlSocket> =>
  serveControl(address, (request, say) => answer(hand, request, say))

function answer(
  hand: UeByHand,
  { words, json }: ControlRequest,
  say: (reply: ControlReply) => void,
): Promise<ExitCode> {
  const out = (line: string) => say({ out: line })
  const err = (line: string) => say({ err: line })
  return carryOut(hand, words, saying({ json }, { out }), { err }, { json })
}

/** The exit status that a UE that runs gives; undefined when none answers there. */
export async function askRunning(
  address: string,
  words: readonly string[],
  { json = false }: { readonly json?: boolean },
  { out, err }: Pick<Terminal, 'out' | 'err'>,
): Promise<ExitCode | undefined> {
  const hear = (reply: ControlReply) => ('out' in reply ? out(reply.out) : 'err' in reply && err(reply.err))
  const exit = await askControl(address, { words, json }, hear)
  return Object.values(exitCodes).find((code) => code === exit)
}

import { InvalidConfig } from '../core/invalid-config.ts'
import { InvalidImport } from '../nodes/administration/invalid-import.ts'
import { Outage, PeerFault, ProseError, Refused } from '../core/errors.ts'

/** What the exit status of every command means; the numbers are those of sysexits.h where it has one. */
export const exitCodes = {
  /** Done, with the outcome that was asked for; an expected refusal is this too. */
  done: 0,
  /** Ran to its end with another outcome. */
  otherOutcome: 1,
  /** Unknown command, flag or value; a secret in the arguments. */
  usage: 64,
  /** A file or record that was given is wrong. */
  inputWrong: 65,
  inputMissing: 66,
  /** A port is in use, or nothing answers. */
  unavailable: 69,
  /** Our fault: prints what to report. */
  ourFault: 70,
  outputUnwritable: 73,
  /** A store or peer is away: try again. */
  temporary: 75,
  notPermitted: 77,
  /** Configuration, key file or certificate. */
  configuration: 78,
  /** A task was interrupted before its end, by Ctrl-C or SIGTERM. */
  interrupted: 130,
  terminated: 143,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const byCode: Readonly<Record<string, ExitCode>> = {
  ERR_USAGE: exitCodes.usage,
  ERR_SECRET_IN_ARGUMENTS: exitCodes.usage,
  ERR_CONFIG: exitCodes.configuration,
  ERR_CANNOT_RUN: exitCodes.configuration,
  ERR_INVALID_RECORD: exitCodes.inputWrong,
  ERR_IMPORT: exitCodes.inputWrong,
  ERR_NOT_PERMITTED: exitCodes.notPermitted,
  ERR_NOT_IDENTIFIED: exitCodes.notPermitted,
  ERR_STORE_UNUSABLE: exitCodes.configuration,
  ERR_TUN_NOT_PERMITTED: exitCodes.notPermitted,
  ERR_TUN_UNAVAILABLE: exitCodes.unavailable,
  ERR_AUDIT_UNREADABLE: exitCodes.inputMissing,
  ERR_RECORDING_UNREADABLE: exitCodes.inputMissing,
  ERR_INVALID_RECORDING: exitCodes.inputWrong,
  ERR_CONSOLE_NEEDS_LOGIN: exitCodes.configuration,
  ERR_PAGE_NOT_BUILT: exitCodes.unavailable,
  ERR_TRACING_UNAVAILABLE: exitCodes.configuration,
  ERR_OUTPUT_UNWRITABLE: exitCodes.outputUnwritable,
  ERR_PEER_UNKNOWN: exitCodes.usage,
  ERR_NOT_POSSIBLE_NOW: exitCodes.otherOutcome,
  ERR_ACT: exitCodes.usage,
  ERR_BUSY: exitCodes.temporary,
  ERR_CONTROL_ADDRESS: exitCodes.usage,
  ERR_CONTROL_ADDRESS_IN_USE: exitCodes.unavailable,
  ERR_NOT_RUNNING: exitCodes.unavailable,
}

/** What the operating system said, and what it means to somebody who started a command. */
const bySystemCode: Readonly<Record<string, ExitCode>> = {
  EADDRINUSE: exitCodes.unavailable,
  EADDRNOTAVAIL: exitCodes.unavailable,
  ENODEV: exitCodes.unavailable,
  EACCES: exitCodes.notPermitted,
  EPERM: exitCodes.notPermitted,
  ENOSPC: exitCodes.outputUnwritable,
  EROFS: exitCodes.outputUnwritable,
}

export const systemCodeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

const isOfInput = (error: unknown): error is InvalidConfig | InvalidImport =>
  error instanceof InvalidConfig || error instanceof InvalidImport

/** The exit status of a command that ended with this error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (isOfInput(error) && systemCodeOf(error.cause) === 'ENOENT') return exitCodes.inputMissing
  if (!(error instanceof ProseError)) return bySystemCode[systemCodeOf(error)] ?? exitCodes.ourFault
  if (error instanceof Outage) return exitCodes.temporary
  if (error instanceof PeerFault || error instanceof Refused)
    return byCode[error.code] ?? exitCodes.otherOutcome
  return byCode[error.code] ?? exitCodes.ourFault
}

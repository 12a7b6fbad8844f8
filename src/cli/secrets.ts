import { SecretInArguments } from './errors.ts'

/** Options that people of other tools know and that would put a key where `ps` shows it. */
const secretOptions = /^--?(k|ki|key|op|opc|topc|ks|ks-naf|psk|pdk|secret|password|passphrase|token)(=|$)/i
/** Hex of 16 or 32 octets: the length of every key here. */
const keyHex = /^(?:.*=)?(?:0x)?(?:[0-9a-f]{32}|[0-9a-f]{64})$/i

/** B74: refuses a command line with a secret in it; throws SecretInArguments. */
export function refuseSecrets(args: readonly string[]): void {
  for (const [at, argument] of args.entries()) {
    const name = secretOptions.exec(argument)?.[1]
    if (name !== undefined)
      throw new SecretInArguments(`--${name} would show a secret to everybody on this machine`)
    if (keyHex.test(argument))
      throw new SecretInArguments(
        `argument ${at + 1} looks like a key, and everybody on this machine can read it`,
      )
  }
}

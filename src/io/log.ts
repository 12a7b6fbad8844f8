import { pino, type DestinationStream, type Logger } from 'pino'
import { maskedImpi, maskedImsi } from '../core/identities/subscriber.ts'

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

/** Names under which a secret might be logged by mistake (R31). */
const secretNames = [
  'k',
  'op',
  'opc',
  'topc',
  'ck',
  'ik',
  'res',
  'xres',
  'ks',
  'ksNaf',
  'key',
  'pdk',
  'kdSess',
  'pek',
  'pik',
  'psk',
  'tls12Key',
  'tls13Key',
  'meKeyMaterial',
  'secret',
  'password',
  'privateKey',
] as const

const identityNames = ['imsi', 'impi'] as const

/** At the top, and one and two levels below it. */
const placesOf = (name: string) => [name, `*.${name}`, `*.*.${name}`]

function censor(value: unknown, path: readonly string[]): string {
  const name = path.at(-1)
  if (typeof value !== 'string') return '[key]'
  if (name === 'imsi') return maskedImsi(value)
  return name === 'impi' ? maskedImpi(value) : '[key]'
}

const standardError: DestinationStream = { write: (line) => void process.stderr.write(line) }

/** JSON lines on standard error; secrets and IMSIs are hidden (R31). */
export const createLogger = (level: LogLevel, destination: DestinationStream = standardError): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...secretNames, ...identityNames].flatMap(placesOf), censor },
    },
    destination,
  )

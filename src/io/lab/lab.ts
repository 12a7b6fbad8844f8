import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Clock, Random } from '../../core/environment.ts'
import { hex, utf8 } from '../../core/bytes.ts'
import { InvalidConfig, type ConfigMistake } from '../../core/invalid-config.ts'
import { hours, later, type Instant } from '../../core/units.ts'
import { ensureDirectory, replace, writeOnce } from './files.ts'
import { isInFile, readGiven } from './given.ts'
import { isGoodCaCertificate, isGoodHostCertificate } from './good-certificates.ts'
import { newPrivateKey } from './private-key.ts'
import { fileMistake, secretMistake, type SecretFile } from './secret-file.ts'

/** A Diameter entity and the files that say it is itself. */
export interface HostFiles {
  /** The settings of the entity, for example `plmns[0].hss.diameter`. */
  readonly path: string
  readonly host: string
  readonly certificateFile: string
  readonly certificateKeyFile: string
}

/** The files that some nodes need before they can start. */
export interface NeededFiles {
  /** The configuration that names them. */
  readonly config: string
  /** The setting and file of the authority of all hosts; undefined without TLS. */
  readonly trustedCa?: { readonly path: string; readonly file: string }
  readonly hosts: readonly HostFiles[]
  readonly secrets: readonly SecretFile[]
}

export interface Lab {
  readonly directory: string
  readonly createMissingSecrets: boolean
}

export interface LabEnvironment {
  readonly clock: Clock
  readonly random: Random
}

const isInside = (directory: string, file: string): boolean => {
  if (!isInFile(file)) return false
  const path = relative(directory, file)
  return path !== '' && !path.startsWith('..') && !path.startsWith('/')
}

/** As octets, or as a line of hex. */
function newSecret({ octets, form }: SecretFile, random: Random): Uint8Array {
  const secret = random.octets(octets[0] ?? 0)
  return form === 'hex' ? utf8(`${hex(secret)}\n`) : secret
}

function createSecrets(lab: Lab, secrets: readonly SecretFile[], random: Random): void {
  for (const secret of secrets)
    if (secret.form !== 'line' && isInside(lab.directory, secret.file) && !existsSync(secret.file))
      writeOnce(secret.file, newSecret(secret, random))
}

/** The key in `file`; of several processes that make one, all get the same. */
function keyOnce(file: string): Uint8Array {
  if (!existsSync(file)) writeOnce(file, newPrivateKey())
  return readFileSync(file)
}

const isGood = (file: string, check: (pem: Uint8Array) => boolean): boolean => {
  if (!existsSync(file)) return false
  try {
    return check(readFileSync(file))
  } catch {
    return false
  }
}

/** What makes certificates takes time and memory: loaded when one is missing. */
const maker = () => import('./certificates.ts')

/** The key of the lab's authority, whose certificate is made or renewed beside it. */
async function labAuthority(lab: Lab, caFile: string, { clock }: LabEnvironment): Promise<Uint8Array> {
  const caKey = keyOnce(`${lab.directory}/ca/ca.key`)
  if (!isGood(caFile, (pem) => isGoodCaCertificate(pem, caKey, clock.now())))
    replace(caFile, await (await maker()).newCaCertificate(caKey, clock.now()))
  return caKey
}

async function certify(
  lab: Lab,
  entity: HostFiles,
  caKey: Uint8Array,
  { clock }: LabEnvironment,
): Promise<void> {
  const { host, certificateFile, certificateKeyFile } = entity
  if (!isInside(lab.directory, certificateFile) || !isInside(lab.directory, certificateKeyFile)) return
  const key = keyOnce(certificateKeyFile)
  const now = clock.now()
  if (!isGood(certificateFile, (pem) => isGoodHostCertificate(pem, host, key, caKey, now)))
    replace(certificateFile, await (await maker()).newHostCertificate(host, key, caKey, now))
}

/**
 * Makes what the lab does not have yet: directories, secrets, an authority, a certificate for each host, renewed when its
 * name changed or its end is near. Secrets and keys are never overwritten; several processes may do this at once.
 * Throws InvalidConfig when the directory cannot be written.
 */
export async function prepareLab(lab: Lab, needed: NeededFiles, environment: LabEnvironment): Promise<void> {
  try {
    ensureDirectory(lab.directory)
    if (lab.createMissingSecrets) createSecrets(lab, needed.secrets, environment.random)
    if (!needed.trustedCa || !isInside(lab.directory, needed.trustedCa.file)) return
    const caKey = await labAuthority(lab, needed.trustedCa.file, environment)
    for (const entity of needed.hosts) await certify(lab, entity, caKey, environment)
  } catch (cause) {
    const message = `cannot be written: ${(cause as Error).message}`
    throw new InvalidConfig(needed.config, [{ file: lab.directory, path: 'lab.directory', message }], {
      cause,
    })
  }
}

/** What `check` says, or throws, of a file. */
function mistakesOf(path: string, file: string, check: () => string | undefined): readonly ConfigMistake[] {
  try {
    const message = check()
    return message === undefined ? [] : [{ file, path, message }]
  } catch (cause) {
    return [fileMistake(path, file, cause)]
  }
}

const certificateIn = (file: string) => new X509Certificate(readGiven(file, 'public'))

const day = (date: string): string => new Date(date).toISOString().slice(0, 10)

/** What is wrong with a certificate for this Origin-Host (R38). */
function certificateMistake(certificate: X509Certificate, host: string, now: Instant): string | undefined {
  const { validFrom, validTo } = certificate
  if (certificate.checkHost(host, { subject: 'never' }) === undefined)
    return `the certificate is not for ${host}`
  if (Date.parse(validTo) <= now) return `the certificate ended on ${day(validTo)}`
  return Date.parse(validFrom) > now ? `the certificate begins on ${day(validFrom)}` : undefined
}

function hostMistakes({ path, host, certificateFile, certificateKeyFile }: HostFiles, now: Instant) {
  const ofCertificate = mistakesOf(`${path}.certificateFile`, certificateFile, () =>
    certificateMistake(certificateIn(certificateFile), host, now),
  )
  const ofKey = mistakesOf(`${path}.certificateKeyFile`, certificateKeyFile, () => {
    const key = createPrivateKey(Buffer.from(readGiven(certificateKeyFile, 'private')))
    const isPair = ofCertificate.length > 0 || certificateIn(certificateFile).checkPrivateKey(key)
    return isPair ? undefined : 'the key is not that of the certificate'
  })
  return [...ofCertificate, ...ofKey]
}

function authorityMistakes(authority: NeededFiles['trustedCa']) {
  if (!authority) return []
  return mistakesOf(authority.path, authority.file, () =>
    certificateIn(authority.file).ca ? undefined : 'it is not the certificate of an authority',
  )
}

/** How long before its end a certificate is warned of. */
const warnedBefore = hours(30 * 24)

/** Certificates that end soon. */
const endings = (hosts: readonly HostFiles[], now: Instant): readonly ConfigMistake[] =>
  hosts.flatMap(({ path, certificateFile: file }) =>
    mistakesOf(`${path}.certificateFile`, file, () => {
      const { validTo } = certificateIn(file)
      return Date.parse(validTo) <= later(now, warnedBefore)
        ? `the certificate ends on ${day(validTo)}`
        : undefined
    }),
  )

/**
 * Throws InvalidConfig that names every file which is missing or cannot be used, and the setting that names it (B72). Gives
 * what is worth a warning.
 */
export function checkFiles(
  { config, trustedCa, hosts, secrets }: NeededFiles,
  now: Instant,
): readonly ConfigMistake[] {
  const mistakes = [
    ...secrets.flatMap((secret) => secretMistake(secret) ?? []),
    ...authorityMistakes(trustedCa),
    ...hosts.flatMap((entity) => hostMistakes(entity, now)),
  ]
  if (mistakes.length > 0) throw new InvalidConfig(config, mistakes)
  return endings(hosts, now)
}

/** Those that the lab would not make: the others are made when they are needed. */
export function notMadeBy(lab: Lab, needed: NeededFiles): NeededFiles {
  const isMade = (file: string) => isInside(lab.directory, file) && !existsSync(file)
  const { trustedCa, hosts, secrets, ...more } = needed
  return {
    ...more,
    ...(trustedCa && !isMade(trustedCa.file) && { trustedCa }),
    hosts: hosts.filter((entity) => !isMade(entity.certificateFile) && !isMade(entity.certificateKeyFile)),
    secrets: lab.createMissingSecrets
      ? secrets.filter(({ file, form }) => form === 'line' || !isMade(file))
      : secrets,
  }
}

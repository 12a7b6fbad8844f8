import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Imsi } from '../../core/identities/subscriber.ts'
import { InvalidValue, TemporaryFailure } from '../../core/errors.ts'
import type { AdminAddress } from '../../io/admin/admin-client.ts'
import type { HssAdministration, KmfAdministration } from '../../nodes/administration/administration.ts'
import { openHss, openKmf, type Opened } from '../../nodes/administration/open.ts'
import type { AdministeredPlmn } from '../../nodes/administration/ports.ts'
import { remoteHss, remoteKmf } from '../../nodes/administration/remote.ts'
import type { NetworkConfig, PlmnConfig } from '../../nodes/config/network-config.ts'
import { allPlmns } from '../../nodes/config/nodes.ts'
import { NodeAway, WrongUsage } from '../errors.ts'
import type { SharedFlags } from '../flags.ts'
import { nearMiss } from '../near-miss.ts'
import type { Services } from '../services.ts'

/** What every command of the administration takes. */
export interface AdminFlags extends SharedFlags {
  readonly config: string
  /** `001-01`. */
  readonly plmn?: string
  /** Of the HSS, for permissions of the KMF: a local socket or a URL. */
  readonly at?: string
  readonly kmfAt?: string
  readonly certificateFile?: string
  readonly certificateKeyFile?: string
  readonly trustedCaFile?: string
}

/** An IMSI that was typed; throws WrongUsage. */
export function imsiOf(text: string): Imsi {
  try {
    return Imsi(text)
  } catch (error) {
    if (error instanceof InvalidValue) throw new WrongUsage(error.message, 'for example 001010000000001')
    throw error
  }
}

/** The PLMN that `--plmn` names, or the only one; throws WrongUsage. */
export function chosenPlmn({ plmn, config: file }: AdminFlags, config: NetworkConfig): AdministeredPlmn {
  const names = config.plmns.map((entry) => entry.plmn as string)
  const [first = ''] = names
  const [found] = config.plmns.filter((entry) => entry.plmn === (plmn ?? first))
  if (plmn === undefined && names.length > 1)
    throw new WrongUsage(`${file} has ${names.join(' and ')}`, `choose one with --plmn ${first}`)
  if (!found) throw new WrongUsage(`${file} has no PLMN ${plmn ?? ''}`, meant(plmn ?? '', names))
  return { config, plmn: found, file }
}

/** All PLMNs, or the one that `--plmn` names. */
export const chosenPlmns = (flags: AdminFlags, config: NetworkConfig): readonly AdministeredPlmn[] =>
  flags.plmn === undefined
    ? config.plmns.map((plmn) => ({ config, plmn, file: flags.config }))
    : [chosenPlmn(flags, config)]

/** The home network of a subscriber; throws WrongUsage. */
export function homeOf(imsi: Imsi, { config: file }: AdminFlags, config: NetworkConfig): AdministeredPlmn {
  const home = allPlmns(config).homeOfImsi(imsi)?.plmn
  const plmn = config.plmns.find((entry: PlmnConfig) => entry.plmn === home)
  if (plmn) return { config, plmn, file }
  const names = config.plmns.map((entry) => entry.plmn).join(', ')
  throw new WrongUsage(`this IMSI is of no PLMN of ${file}`, `it has ${names}`)
}

const meant = (typed: string, names: readonly string[]): string => {
  const near = nearMiss(typed, names)
  return near === undefined ? `it has ${names.join(', ')}` : `did you mean ${near}`
}

/** The HSS that `--at` names, else that of the configuration; closed after `work`. */
export const withHss = <Result>(
  of: AdministeredPlmn,
  flags: AdminFlags,
  work: (hss: HssAdministration) => Promise<Result>,
): Promise<Result> =>
  within(
    flags.at,
    async () => (flags.at === undefined ? openHss(of) : unopened(remoteHss(addressOf(flags.at, flags)))),
    work,
  )

/** The KMF that `at` names, else that of the configuration; closed after `work`. */
export const withKmf = <Result>(
  of: AdministeredPlmn,
  flags: AdminFlags,
  at: string | undefined,
  work: (kmf: KmfAdministration) => Promise<Result>,
): Promise<Result> =>
  within(at, async () => (at === undefined ? openKmf(of) : unopened(remoteKmf(addressOf(at, flags)))), work)

const unopened = <Administration>(administration: Administration): Opened<Administration> => ({
  administration,
  close: () => Promise.resolve(),
})

async function within<Administration, Result>(
  at: string | undefined,
  open: () => Promise<Opened<Administration>>,
  work: (administration: Administration) => Promise<Result>,
): Promise<Result> {
  const opened = await open()
  try {
    return await work(opened.administration)
  } catch (error) {
    const isAway = error instanceof TemporaryFailure && error.cause !== undefined
    throw isAway && at !== undefined ? new NodeAway(at, error) : error
  } finally {
    await opened.close()
  }
}

/** Throws WrongUsage. */
function addressOf(at: string, flags: AdminFlags): AdminAddress {
  if (!at.includes('://')) return { socketFile: resolve(at) }
  const url = URL.canParse(at) ? new URL(at) : undefined
  if (url?.protocol !== 'https:') throw new WrongUsage(`${at} is neither a socket nor an https URL`)
  const { certificateFile, certificateKeyFile, trustedCaFile } = flags
  if (certificateFile === undefined || certificateKeyFile === undefined || trustedCaFile === undefined)
    throw new WrongUsage(
      `${at} needs a certificate`,
      'add --certificate-file, --certificate-key-file and --trusted-ca-file',
    )
  const read = (file: string) => readFileSync(file, 'utf8')
  return { url, cert: read(certificateFile), key: read(certificateKeyFile), ca: read(trustedCaFile) }
}

export const loaded = (flags: AdminFlags, services: Services): Promise<NetworkConfig> =>
  services.loadConfig(flags.config)

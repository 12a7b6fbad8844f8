import { misfitsOf as hssMisfits } from '../../entities/hss/administration.ts'
import { misfitsOf as kmfMisfits } from '../../entities/kmf/administration.ts'
import type { KmfSubscriber } from '../../entities/kmf/ports.ts'
import { localUser } from '../../io/admin/admin-caller.ts'
import { isServed } from '../../io/local-socket.ts'
import { systemClock, systemRandom } from '../../io/system.ts'
import { Closing } from '../closing.ts'
import { prepareFiles } from '../config/files.ts'
import { findNode } from '../config/nodes.ts'
import { openSeededHssStore, openSeededKmfStore } from '../config/stores.ts'
import {
  hssAdministration,
  kmfAdministration,
  type HssAdministration,
  type KmfAdministration,
} from './administration.ts'
import type { ImportChecks } from './import-check.ts'
import { checksOf, hssPorts, kmfPorts, nobodyActs, type AdministeredPlmn } from './ports.ts'
import { remoteHss, remoteKmf } from './remote.ts'
import { openAudit } from './serve.ts'

export interface Opened<Administration> {
  readonly administration: Administration
  close(): Promise<void>
}

const nothingToClose = () => Promise.resolve()
const surroundings = { clock: systemClock, random: systemRandom }

/** The node `name` of this machine has its files, as when it starts. Throws InvalidConfig. */
async function prepare({ config }: AdministeredPlmn, name: string): Promise<void> {
  const node = findNode(config, name)
  await prepareFiles(config, surroundings, node ? [node] : [])
}

/** That of the HSS which runs here, else of its store. Throws InvalidConfig, StoreUnusable, OutputUnwritable. */
export async function openHss(of: AdministeredPlmn): Promise<Opened<HssAdministration>> {
  const { admin } = of.plmn.hss
  if (await isServed(admin.socketFile))
    return { administration: remoteHss({ socketFile: admin.socketFile }), close: nothingToClose }
  const { ports, close } = await openHssPorts(of)
  return { administration: hssAdministration(localUser(), ports), close }
}

/** What administers the store of an HSS in this process. Throws as `openHss`. */
export async function openHssPorts(of: AdministeredPlmn) {
  const { name, admin } = of.plmn.hss
  await prepare(of, name)
  const closing = new Closing()
  const store = await openSeededHssStore(of.config, of.plmn)
  closing.opened(() => store.close())
  const audit = await openAudit(name, admin, surroundings)
  closing.opened(() => audit.close())
  return { ports: hssPorts(of, store.subscribers, audit), close: () => closing.close() }
}

/** That of the KMF which runs here, else of its store. Throws as `openHss`. */
export async function openKmf(of: AdministeredPlmn): Promise<Opened<KmfAdministration>> {
  const { name, admin } = of.plmn.kmf
  if (await isServed(admin.socketFile))
    return { administration: remoteKmf({ socketFile: admin.socketFile }), close: nothingToClose }
  await prepare(of, name)
  const closing = new Closing()
  const store = await openSeededKmfStore(of.config, of.plmn)
  closing.opened(() => store.close())
  const audit = await openAudit(name, admin, surroundings)
  closing.opened(() => audit.close())
  const ports = kmfPorts(of, store, audit, nobodyActs)
  return { administration: kmfAdministration(localUser(), ports), close: () => closing.close() }
}

/** What subscribers of an import are checked by before anything is changed. `peers`: PLMNs that the KMF knows of besides. */
export function importChecks(of: AdministeredPlmn, peers: readonly string[]): ImportChecks {
  const checks = checksOf(of)
  const ofFile = ({ mayLinkWith }: KmfSubscriber) => mayLinkWith.filter((plmn) => !peers.includes(plmn))
  return {
    home: checks.home,
    misfits: (hss, kmf) => [
      ...hssMisfits(hss, checks),
      ...kmfMisfits({ ...kmf, mayLinkWith: ofFile(kmf) }, checks).filter(({ field }) => field !== 'imsi'),
    ],
  }
}

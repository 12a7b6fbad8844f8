import {
  audited,
  InvalidRecords,
  KeptInFile,
  mistakesTold,
  NotFound,
  type RecordMistake,
} from '../../core/administration.ts'
import type { Audit } from '../../core/audit.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import { maskedImsi, type Imsi } from '../../core/identities/subscriber.ts'
import type { PlmnTable } from '../../core/plmn-table.ts'
import type { AuthorisationStore, KmfSubscriber } from './ports.ts'

export interface KmfAdministrationPorts {
  readonly authorisations: AuthorisationStore
  readonly audit: Audit
  readonly home: Plmn
  /** All that this network knows of now. */
  readonly plmns: () => Promise<Plmns>
  /** Where the configuration says what this subscriber may, for example `my.yaml, plmns[0].subscribers[3]`. */
  readonly keptIn: (imsi: Imsi) => string | undefined
}

/** One permission: this subscriber may link with UEs of that network, `*` for all. */
export interface Permission {
  readonly imsi: Imsi
  readonly plmn: Plmn | '*'
}

type Plmns = Pick<PlmnTable, 'homeOfImsi' | 'find'>
type Checks = Pick<KmfAdministrationPorts, 'home' | 'keptIn'> & { readonly plmns: Plmns }

/** What of a subscriber does not fit its home network and those that it knows. */
export function misfitsOf(
  { imsi, mayLinkWith }: Omit<KmfSubscriber, 'usesGbaU'>,
  { home, plmns, keptIn }: Checks,
): readonly Omit<RecordMistake, 'at'>[] {
  const kept = keptIn(imsi)
  const unknown = mayLinkWith.find((plmn) => plmn !== '*' && !plmns.find(plmn))
  return [
    ...(plmns.homeOfImsi(imsi)?.plmn === home ? [] : [{ field: 'imsi', reason: `not of ${home}` }]),
    ...(kept === undefined ? [] : [{ field: 'imsi', reason: `this subscriber is kept in ${kept}` }]),
    ...(unknown === undefined ? [] : [{ field: 'mayLinkWith', reason: `there is no PLMN ${unknown} here` }]),
  ]
}

const subjectOf = (imsi: Imsi): string => `subscriber ${maskedImsi(imsi)}`

/** Of each, all that is kept becomes this; all of them or none. Gives their number. Throws InvalidRecords. */
export function putKmfSubscribers(
  all: AsyncIterable<KmfSubscriber>,
  who: string,
  ports: KmfAdministrationPorts,
): Promise<number> {
  const subscribers: KmfSubscriber[] = []
  const subject = () => {
    const [first, ...more] = subscribers
    return first && more.length === 0
      ? subjectOf(first.imsi)
      : `${subscribers.length} subscribers of ${ports.home}`
  }
  return audited(
    ports.audit,
    () => ({ who, what: 'permission import', subject: subject() }),
    async () => {
      for await (const subscriber of all) subscribers.push(subscriber)
      const checks = { ...ports, plmns: await ports.plmns() }
      const mistakes = subscribers.flatMap((one, at) =>
        misfitsOf(one, checks).map((misfit) => ({ at, ...misfit })),
      )
      if (mistakes.length > 0) throw new InvalidRecords(mistakes.slice(0, mistakesTold))
      await ports.authorisations.putAll(subscribers)
      return subscribers.length
    },
  )
}

/** From the next key request on (R8). Throws InvalidRecords, KeptInFile. CR 33.303 6.X.3.2 steps 5 and 7. */
export function grant({ imsi, plmn }: Permission, who: string, ports: KmfAdministrationPorts): Promise<void> {
  return changed('permission grant', { imsi, plmn }, who, ports, async () => {
    const misfits = misfitsOf({ imsi, mayLinkWith: [plmn] }, { ...ports, plmns: await ports.plmns() })
    if (misfits.length > 0) throw new InvalidRecords(misfits.map((misfit) => ({ at: 0, ...misfit })))
    await ports.authorisations.grant(imsi, plmn)
  })
}

/** From the next key request on, also one under way (R8). Throws NotFound, KeptInFile. */
export function revoke(permission: Permission, who: string, ports: KmfAdministrationPorts): Promise<void> {
  return changed('permission revoke', permission, who, ports, async () => {
    if (!(await ports.authorisations.revoke(permission.imsi, permission.plmn)))
      throw new NotFound(`the KMF of ${ports.home} has no such permission`)
  })
}

function changed(
  what: string,
  { imsi, plmn }: Permission,
  who: string,
  ports: KmfAdministrationPorts,
  work: () => Promise<void>,
): Promise<void> {
  return audited(
    ports.audit,
    () => ({ who, what, subject: subjectOf(imsi), detail: { plmn } }),
    async () => {
      refuseKept(imsi, ports)
      await work()
    },
  )
}

function refuseKept(imsi: Imsi, { keptIn }: Pick<Checks, 'keptIn'>): void {
  const kept = keptIn(imsi)
  if (kept !== undefined) throw new KeptInFile(`this subscriber is kept in ${kept}`)
}

/** All that the KMF keeps of a subscriber's permissions and card. Throws NotFound, KeptInFile. */
export function removeKmfSubscriber(imsi: Imsi, who: string, ports: KmfAdministrationPorts): Promise<void> {
  return audited(
    ports.audit,
    () => ({ who, what: 'permission remove', subject: subjectOf(imsi) }),
    async () => {
      refuseKept(imsi, ports)
      if (!(await ports.authorisations.remove(imsi)))
        throw new NotFound(`the KMF of ${ports.home} keeps nothing of this subscriber`)
    },
  )
}

import { NotAuthorised } from '../../core/errors.ts'
import type { BTid } from '../../core/identities/b-tid.ts'
import type { Plmn } from '../../core/identities/plmn.ts'
import type { Uss } from '../../wire/user-security-settings.ts'
import { fromStore } from './from-store.ts'
import type { KmfPorts } from './ports.ts'
import { proseSettings, type Owner } from './subscriber.ts'

export type Role = 'ue-1' | 'ue-2'

/** What a set-up asks of one subscriber. */
export interface Ask {
  readonly role: Role
  /** A Relay Service Code was given. */
  readonly relay: boolean
  /** Home network of the other UE. */
  readonly plmn: Plmn
}

const words = {
  1: 'permission one-to-one',
  2: 'permission relay',
  3: 'permission remote-ue',
  4: 'Public Safety flag',
} as const

/** Flags of the ProSe USS that are needed (R9). */
const neededFlags = {
  'one-to-one': { 'ue-1': [1], 'ue-2': [1] },
  relay: { 'ue-1': [3, 4], 'ue-2': [2, 4] },
} as const

/** What keeps the subscriber from it; nothing only when both sources say yes (R8). */
function missing(ask: Ask, uss: Uss | undefined, mayLink: boolean): readonly string[] {
  const needed: readonly (keyof typeof words)[] = neededFlags[ask.relay ? 'relay' : 'one-to-one'][ask.role]
  return [
    ...(uss ? [] : ['no ProSe settings']),
    ...needed.filter((flag) => uss && !uss.flags.includes(flag)).map((flag) => `no ${words[flag]}`),
    ...(mayLink ? [] : [`no permission for ${ask.plmn}`]),
  ]
}

/** Both sources, the table as it was read for this decision. Throws NotAuthorised. */
export async function authoriseAsRead(
  owner: Owner,
  ask: Ask,
  mayLink: boolean,
  ports: Pick<KmfPorts, 'ownProseUss'>,
): Promise<void> {
  refuseIf(missing(ask, await proseSettings(owner, ports), mayLink), ask)
}

/** Both sources, the table read anew (R8). Throws NotAuthorised. CR 33.303 6.X.3.2 step 7. */
export async function authorise(
  owner: Owner,
  ask: Ask,
  ports: Pick<KmfPorts, 'authorisations' | 'ownProseUss'>,
): Promise<void> {
  await authoriseAsRead(owner, ask, await mayLink(owner, ask, ports), ports)
}

/** The same with the newest settings at hand: those of the row, which a later handshake may have renewed (R8). Steps 5, 10. */
export async function authoriseUe2(
  owner: Owner & { readonly btid: BTid },
  ask: Ask,
  ports: Pick<KmfPorts, 'decisions' | 'ownProseUss'>,
): Promise<void> {
  const { mayLink, ussList = owner.ussList } = await fromStore(ports.decisions.ue2(owner, ask.plmn))
  await authoriseAsRead({ ...owner, ussList }, ask, mayLink, ports)
}

/** The table alone, before a push brings the newest settings. Throws NotAuthorised. CR 33.303 6.X.3.2 step 7d. */
export async function authoriseByTable(
  owner: Owner,
  ask: Ask,
  ports: Pick<KmfPorts, 'authorisations'>,
): Promise<void> {
  refuseIf((await mayLink(owner, ask, ports)) ? [] : [`no permission for ${ask.plmn}`], ask)
}

const mayLink = (
  { imsi }: Owner,
  { plmn }: Ask,
  { authorisations }: Pick<KmfPorts, 'authorisations'>,
): Promise<boolean> =>
  imsi === undefined ? Promise.resolve(false) : fromStore(authorisations.mayLink(imsi, plmn))

function refuseIf(reasons: readonly string[], { role }: Ask): void {
  if (reasons.length > 0)
    throw new NotAuthorised(`${role.toUpperCase()} has ${reasons.join(', ')}`, 'CR 33.303 6.X.3.2')
}

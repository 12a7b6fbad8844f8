import { hexOf24 } from '../../core/identities/prose.ts'
import { projectValues } from '../../core/project-values.ts'
import type { Guss, Uss } from '../../wire/user-security-settings.ts'
import type { ProsePermission, Subscriber } from './ports.ts'

/** Flags of the ProSe USS; bits 4 to 6 of ProSe-Permission in TS 29.344. */
const flagOf: Readonly<Record<ProsePermission, number>> = { 'one-to-one': 1, relay: 2, 'remote-ue': 3 }
const publicSafetyFlag = 4

/** The ProSe USS of a subscriber, none without a ProSe subscription. TS 29.109 annex A. */
export function proseUssOf({ imsi, prose }: Pick<Subscriber, 'imsi' | 'prose'>): readonly Uss[] {
  if (!prose) return []
  const flags = [
    ...prose.permissions.map((word) => flagOf[word]),
    ...(prose.publicSafety ? [publicSafetyFlag] : []),
  ]
  return [
    {
      id: projectValues.proseGsid.value,
      type: 0,
      uids: [`imsi:${imsi}`, ...prose.ueIds.map((id) => `prose-ue-id:${hexOf24(id).toUpperCase()}`)],
      flags: [...new Set(flags)].sort((a, b) => a - b),
    },
  ]
}

/** The GUSS of a subscriber; its ProSe USS only when there is a ProSe subscription. TS 29.109 annex A. */
export const gussOf = (subscriber: Subscriber): Guss => ({
  id: subscriber.impi,
  uiccType: subscriber.gba === 'GBA_U' ? 'GBA_U' : 'GBA',
  lifetime: subscriber.ksLifetime,
  ussList: proseUssOf(subscriber),
})

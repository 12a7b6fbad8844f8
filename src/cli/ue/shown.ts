import type { ShownLink, ShownUe } from '../../testbed/ue-by-hand.ts'
import { duration } from '../../ladder/names.ts'
import { tableOf } from '../table.ts'

const identity = ({ peer, peerIdentity }: ShownLink): string =>
  peerIdentity === 'verified' ? `${peer} is verified` : `${peer} is claimed, not verified`

const lifetime = ({ secondsLeft }: ShownLink): string => `${duration(secondsLeft * 1000)} left`

/** One link in one line. */
export const linkLine = (link: ShownLink): string =>
  [`${link.link} with ${link.peer}`, `${link.eea} ${link.eia}`, identity(link), lifetime(link)].join('   ')

/** A table, and below it the context of each link. */
export const linkLines = (links: readonly ShownLink[]): readonly string[] =>
  tableOf(
    [
      'LINK',
      'PEER',
      'LAYER-2 ID',
      'ROLE',
      'IDENTITY',
      'ALGORITHMS',
      'KD-SESS ID',
      'KD-SESS',
      'PDUS',
      'LIFETIME',
    ],
    links.map((link) => [
      ...[link.link, link.peer, link.layer2Id, link.role, link.peerIdentity, `${link.eea} ${link.eia}`],
      ...[
        link.kdSessId,
        `#${link.keys['KD-sess']}`,
        `${link.pdus.sent} sent, ${link.pdus.received} received`,
        lifetime(link),
      ],
    ]),
  )

/** The UE itself. */
export function ueLines({ ue, imsi, layer2Id, discovery, bootstrap, counters }: ShownUe): readonly string[] {
  const counted = Object.entries(counters).map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`)
  return [
    `${ue}   IMSI ${imsi}   Layer-2 ID ${layer2Id}   discovery ${discovery}`,
    bootstrap ? `B-TID ${bootstrap.btid}   until ${bootstrap.expires}` : 'no B-TID yet',
    ...(counted.length > 0 ? ['dropped, refused or failed:', ...counted] : []),
  ]
}

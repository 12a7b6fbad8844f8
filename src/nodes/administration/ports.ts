import type { Audit } from '../../core/audit.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { HssAdministrationPorts } from '../../entities/hss/administration.ts'
import type { SubscriberStore } from '../../entities/hss/ports.ts'
import type { KmfAdministrationPorts } from '../../entities/kmf/administration.ts'
import type { AuthorisationStore } from '../../entities/kmf/ports.ts'
import type { NetworkConfig, PlmnConfig } from '../config/network-config.ts'
import { allPlmns } from '../config/nodes.ts'

/** What the configuration says of itself: its file seeds the stores at each start, so its subscribers are changed there. */
function keptInFile(file: string, config: NetworkConfig): (imsi: Imsi) => string | undefined {
  const places = new Map(
    config.plmns.flatMap(({ subscribers }, plmn) =>
      subscribers.map(({ imsi }, at) => [imsi, `${file}, plmns[${plmn}].subscribers[${at}]`] as const),
    ),
  )
  return (imsi) => places.get(imsi)
}

/** `file`: the name of the configuration as its owner knows it. */
export interface AdministeredPlmn {
  readonly config: NetworkConfig
  readonly plmn: PlmnConfig
  readonly file: string
}

/** What subscribers of this PLMN are checked by. */
export const checksOf = ({ config, plmn, file }: AdministeredPlmn) => ({
  ...{
    home: plmn.plmn,
    plmns: allPlmns(config),
    keptIn: keptInFile(file, config),
    ueIds: plmn.kmf.proseUeIds,
  },
})

export const hssPorts = (
  of: AdministeredPlmn,
  subscribers: SubscriberStore,
  audit: Audit,
): HssAdministrationPorts => ({ ...checksOf(of), subscribers, audit })

export const kmfPorts = (
  of: AdministeredPlmn,
  authorisations: AuthorisationStore,
  audit: Audit,
): KmfAdministrationPorts => ({ ...checksOf(of), authorisations, audit })

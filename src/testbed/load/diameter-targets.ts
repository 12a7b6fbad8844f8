import { PTid } from '../../core/identities/p-tid.ts'
import { wipe } from '../../core/keys.ts'
import { hours, later } from '../../core/units.ts'
import { equalInConstantTime } from '../../crypto/constant-time.ts'
import { applicationIds } from '../../nodes/peers.ts'
import { proseKey } from '../../reference-points/pc6/key-request.ts'
import { multimediaAuth } from '../../reference-points/zh/multimedia-auth.ts'
import { bootstrappingInfo } from '../../reference-points/zn/bootstrapping-info.ts'
import { pushInfo } from '../../reference-points/zn/push-info.ts'
import { DiameterPeer } from './diameter-peer.ts'
import { isBranchKind, KeyRequests } from './key-requests.ts'
import { WrongLoad } from './mix.ts'
import type { Target, TargetSetting } from './target.ts'
import { checkVector, pushedKey, WrongAnswer } from './verify.ts'

const noPreparation = () => undefined

const unexpected5403 = () => new WrongAnswer('5403: no such B-TID')

/** An HSS, asked for vectors as its BSF asks; each must fit the card. */
export async function zhTarget({ world, plmn, table, as }: TargetSetting): Promise<Target> {
  const peer = await DiameterPeer.connect(as, plmn, plmn.hss.instances, [applicationIds.Zh], world)
  return {
    preparation: noPreparation,
    isFree: true,
    async run(_kind, ue) {
      const answer = await peer.ask(ue, multimediaAuth, { impi: table.subscribers.impi(ue) })
      if (answer === 'unknown-b-tid') throw unexpected5403()
      await checkVector(answer.vector, ue, table)
    },
    close: () => peer.close(),
  }
}

/** A BSF, asked for NAF keys as its KMF asks; each must be that of the UE. */
export async function znTarget({ world, plmn, table, ub, as }: TargetSetting): Promise<Target> {
  const applications = [applicationIds.Zn, applicationIds.Zpn]
  const peer = await DiameterPeer.connect(as, plmn, plmn.bsf.instances, applications, world)
  const { nafId } = ub
  return {
    isFree: true,
    preparation: (kind) => (kind === 'bir' ? (ue) => ub.bootstrap(ue) : undefined),
    async run(kind, ue) {
      const isUnknown = kind === 'bir-unknown'
      const { btid, ksNaf } = isUnknown
        ? { btid: ub.unknownBTid(), ksNaf: undefined }
        : (table.held(ue) ?? (await ub.bootstrap(ue)))
      const answer = await peer.ask(ue, bootstrappingInfo, { btid, nafId, gsids: [] })
      if (answer === 'unknown-b-tid') {
        if (!isUnknown) throw unexpected5403()
        return
      }
      const isEqual = ksNaf && equalInConstantTime(answer.meKeyMaterial, ksNaf)
      wipe(answer.meKeyMaterial, ...(ksNaf ? [ksNaf] : []))
      if (!ksNaf) throw new WrongAnswer('a key for a B-TID that nobody gave')
      if (!isEqual) throw new WrongAnswer('the NAF key is another than that of the UE')
    },
    close: () => peer.close(),
  }
}

/** A BSF, asked to push as its KMF asks; the UE must make the same key of the GPI. */
export async function zpnTarget({ world, plmn, table, ub, as }: TargetSetting): Promise<Target> {
  const applications = [applicationIds.Zn, applicationIds.Zpn]
  const peer = await DiameterPeer.connect(as, plmn, plmn.bsf.instances, applications, world)
  const { nafId } = ub
  const { clock, random } = world
  return {
    preparation: noPreparation,
    isFree: true,
    async run(_kind, ue) {
      const answer = await peer.ask(ue, pushInfo, {
        ...{ impi: table.subscribers.impi(ue), nafId, ptId: PTid(random.octets(16)) },
        gbaU: table.subscribers.gba(ue) === 'GBA_U',
        ...{ requestedExpiry: later(clock.now(), hours(1)), gsids: [] },
      })
      if (answer === 'unknown-b-tid') throw unexpected5403()
      const { gpi, meKeyMaterial } = answer
      const own = await pushedKey(gpi, ue, nafId, table, clock)
      const isEqual = equalInConstantTime(meKeyMaterial, own)
      wipe(meKeyMaterial, own)
      if (!isEqual) throw new WrongAnswer('the key in the GPI is another than that of the NAF')
    },
    close: () => peer.close(),
  }
}

/** A KMF, asked for PDKs as the KMF of UE-2 asks. */
export async function pc6Target({ world, plmn, table, ub, ue2, as }: TargetSetting): Promise<Target> {
  if (plmn.plmn === ue2.plmn.plmn)
    throw new WrongLoad('PC6 needs two PLMNs', 'choose another with --ue2-plmn')
  if ((plmn.extensions.get(ue2.plmn.plmn) ?? 0) !== 0)
    throw new WrongLoad(
      'PC6 is loaded without extensions',
      `take ${ue2.plmn.plmn} out of extensions, or load pc5`,
    )
  const [ids] = ue2.plmn.kmf.proseUeIds
  if (!ids) throw new WrongLoad(`${ue2.plmn.plmn} has no ProSe UE IDs`)
  const [ue2Id] = ids
  const peer = await DiameterPeer.connect(as, plmn, plmn.kmf.instances, [applicationIds.PC6], world)
  const requests = new KeyRequests(plmn, table, ub, world, async (ue, ue1Id) => {
    const request = { ue1Id, ue2Id, nafId: ub.nafId, visitedPlmn: ue2.plmn.plmn, extensions: 0 }
    const said = await peer.ask(ue, proseKey, request)
    const answer = said === 'unknown-b-tid' ? 'renegotiate' : said
    return { ue2Id, answer }
  })
  return {
    isFree: true,
    preparation: (kind) => (isBranchKind(kind) ? requests.preparation(kind) : undefined),
    run: async (kind, ue) => (isBranchKind(kind) ? requests.run(kind, ue) : undefined),
    close: () => peer.close(),
  }
}

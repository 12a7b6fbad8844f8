import { shortBTid } from '../../core/identities/b-tid.ts'
import { Plmn } from '../../core/identities/plmn.ts'
import { NothingToDo, WrongAct, type Act, type Stage } from './act.ts'
import { configuredUe, handsOn } from './hands.ts'

const ue = { name: 'ue', kind: 'ue' } as const
const plmn = { name: 'plmn', kind: 'plmn' } as const

/** What nodes hold: B-TIDs, keys, permissions. */
export const stateActs: readonly Act[] = [
  {
    act: 'expire-btid',
    summary: 'the B-TID of a UE expires now, at the UE, its BSF and its KMF',
    parameters: [ue],
    async perform({ ue: name = '' }, stage) {
      const hands = handsOn(stage)
      const btid = hands.ue(name).ue.expireBTid()
      if (btid === undefined) throw new NothingToDo(`${name} has no B-TID that is valid`)
      for (const node of [...hands.home(name, 'bsf'), ...hands.home(name, 'kmf')])
        await node.expireBTid?.(btid)
      return { says: `B-TID ${shortBTid(btid)} of ${name} expired` }
    },
  },
  {
    act: 'forget-key',
    summary: 'a KMF forgets what it holds of the B-TID of a UE',
    parameters: [{ name: 'kmf', kind: 'kmf' }, ue],
    async perform({ kmf = '', ue: name = '' }, stage) {
      const hands = handsOn(stage)
      const { btid } = hands.ue(name).ue
      const gone = btid === undefined ? 0 : await hands.node(kmf).forgetBTids?.(btid)
      if (!gone) throw new NothingToDo(`${kmf} holds nothing of ${name}`)
      return { says: `${kmf} forgot the NAF keys of ${name}` }
    },
  },
  {
    act: 'revoke',
    summary: 'a UE may no longer link with UEs of a PLMN, in the eyes of its KMF',
    parameters: [ue, plmn],
    perform: ({ ue: name = '', plmn: network = '' }, stage) => permit(stage, name, network, false),
  },
  {
    act: 'grant',
    summary: 'it may',
    parameters: [ue, plmn],
    perform: ({ ue: name = '', plmn: network = '' }, stage) => permit(stage, name, network, true),
  },
]

/** Permissions are in the store of the KMF, which the file seeds again at its next start. */
export async function permit(stage: Stage, name: string, network: string, may: boolean) {
  const { imsi } = configuredUe(stage, name).ue
  const [kmf] = handsOn(stage).home(name, 'kmf')
  if (!kmf?.permit) throw new WrongAct(`the KMF of ${name} does not run`)
  if (!(await kmf.permit(imsi, Plmn(network), may)))
    throw new NothingToDo(
      may
        ? `${name} may link with UEs of ${network} already`
        : `${name} has no permission for ${network} alone`,
    )
  const { permissions } = stage
  const key = `${name} ${network}`
  if (permissions.get(key) === !may) permissions.delete(key)
  else permissions.set(key, may)
  return { says: `${name} ${may ? 'may' : 'may no longer'} link with UEs of ${network}` }
}

import { TemporaryFailure } from '../../core/errors.ts'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { SubscriberView } from '../../entities/hss/administration.ts'
import { askAdmin, orderAdmin, type AdminAddress, type AdminRequest } from '../../io/admin/admin-client.ts'
import type { HssAdministration, KmfAdministration, PermissionsView } from './administration.ts'
import type { PeerPlmnAdministration } from '../peer-plmns/administration.ts'
import { peerAnswers } from '../peer-plmns/routes.ts'
import { answers } from './routes.ts'
import type { z } from 'zod'

async function ask<Answer extends z.ZodType>(
  address: AdminAddress,
  request: AdminRequest,
  form: Answer,
): Promise<z.output<Answer>> {
  const { data, error } = form.safeParse(await askAdmin(address, request))
  if (error) throw new TemporaryFailure('what answers there is no node of this version')
  return data
}

const pagePath = (path: string, after: Imsi | undefined, limit: number): string =>
  `${path}?limit=${limit}${after === undefined ? '' : `&after=${after}`}`

/** Administration of a running HSS. Throws what that of its store does, and NotIdentified, NotPermitted, TemporaryFailure. */
export const remoteHss = (address: AdminAddress): HssAdministration => ({
  add: (record, replace) =>
    orderAdmin(address, { method: 'POST', path: `/subscribers?replace=${replace}`, body: record }),
  async importAll(records, replace) {
    const path = `/subscribers/import?replace=${replace}`
    return (await ask(address, { method: 'POST', path, records }, answers.counted)).count
  },
  show: async (imsi) =>
    (await ask(
      address,
      { method: 'GET', path: `/subscribers/${imsi}` },
      answers.subscriber,
    )) as SubscriberView,
  async list(after, limit) {
    const path = pagePath('/subscribers', after, limit)
    const { rows } = await ask(address, { method: 'GET', path }, answers.subscribers)
    return rows as readonly SubscriberView[]
  },
  remove: (imsi) => orderAdmin(address, { method: 'DELETE', path: `/subscribers/${imsi}` }),
})

const remotePeers = (address: AdminAddress): PeerPlmnAdministration => ({
  add: (record, replace) =>
    orderAdmin(address, { method: 'POST', path: `/peers?replace=${replace}`, body: record }),
  async importAll(records, replace) {
    const path = `/peers/import?replace=${replace}`
    return (await ask(address, { method: 'POST', path, records }, peerAnswers.counted)).count
  },
  show: (plmn) => ask(address, { method: 'GET', path: `/peers/${plmn}` }, peerAnswers.peer),
  list: async () => (await ask(address, { method: 'GET', path: '/peers' }, peerAnswers.peers)).rows,
  remove: (plmn) => orderAdmin(address, { method: 'DELETE', path: `/peers/${plmn}` }),
})

/** Administration of a running KMF; throws as `remoteHss`. */
export const remoteKmf = (address: AdminAddress): KmfAdministration => ({
  peers: remotePeers(address),
  async importAll(records) {
    const path = '/permissions/import'
    const { count } = await ask(address, { method: 'POST', path, records }, answers.counted)
    return count
  },
  show: (imsi): Promise<PermissionsView> =>
    ask(address, { method: 'GET', path: `/permissions/${imsi}` }, answers.permissions),
  async list(after, limit) {
    const path = pagePath('/permissions', after, limit)
    return (await ask(address, { method: 'GET', path }, answers.permissionPage)).rows
  },
  grant: ({ imsi, plmn }) => orderAdmin(address, { method: 'PUT', path: `/permissions/${imsi}/${plmn}` }),
  revoke: ({ imsi, plmn }) => orderAdmin(address, { method: 'DELETE', path: `/permissions/${imsi}/${plmn}` }),
  remove: (imsi) => orderAdmin(address, { method: 'DELETE', path: `/permissions/${imsi}` }),
})

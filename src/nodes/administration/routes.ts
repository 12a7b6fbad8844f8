import { z } from 'zod'
import type { Imsi } from '../../core/identities/subscriber.ts'
import type { AdminRoute } from '../../io/admin/admin-route.ts'
import { imsi, plmn } from '../config/schema/forms.ts'
import type { HssAdministration, KmfAdministration } from './administration.ts'
import { kmfRecord, subscriberRecord } from './records.ts'

const one = z.strictObject({ imsi })
const onePermission = z.strictObject({ imsi, plmn: z.union([z.literal('*'), plmn]) })
const paging = z.strictObject({
  after: imsi.optional().describe('the last IMSI of the page before'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
/** Whether what is put may take the place of what is there. */
export const putting = z.strictObject({
  replace: z
    .enum(['true', 'false'])
    .default('false')
    .transform((word) => word === 'true')
    .describe('false: one that is there already is a conflict'),
})
export const nothing = z.strictObject({})

/** What a page of the API looks like. */
export const pageOf = <Row extends z.ZodType>(row: Row) => z.strictObject({ rows: z.array(row) })
export const counted = z.strictObject({ count: z.int() })

const subscriberView = z.strictObject({
  ...{ imsi: z.string(), impi: z.string(), algorithm: z.enum(['MILENAGE', 'TUAK']), amf: z.string() },
  gba: z.enum(['GBA_ME', 'GBA_U']),
  ksLifetimeSeconds: z.int().optional(),
  prose: z
    .strictObject({
      ueIds: z.array(z.string()),
      publicSafety: z.boolean(),
      permissions: z.array(z.enum(['one-to-one', 'relay', 'remote-ue'])),
    })
    .optional(),
  keptIn: z.string().optional().describe('the configuration that says it; then it is changed only there'),
})
const permissionsView = z.strictObject({
  ...{ imsi: z.string(), gba: z.enum(['GBA_ME', 'GBA_U']), mayLinkWith: z.array(z.string()) },
})

/** Forms of what the API answers; its client reads with them. */
export const answers = {
  ...{ subscriber: subscriberView, subscribers: pageOf(subscriberView) },
  ...{ permissions: permissionsView, permissionPage: pageOf(permissionsView), counted },
}

export type Of<Administration> = (who: string) => Administration
interface Paging {
  readonly after?: Imsi
  readonly limit: number
}

/** What an HSS can be asked. */
export const hssRoutes = (as: Of<HssAdministration>): readonly AdminRoute[] => [
  {
    ...{ method: 'GET', path: '/subscribers', role: 'viewer', parameters: paging },
    ...{ summary: 'subscribers by IMSI, without keys', answer: answers.subscribers },
    async handle({ who, parameters }) {
      const { after, limit } = parameters as Paging
      return { status: 200, body: { rows: await as(who).list(after, limit) } }
    },
  },
  {
    ...{ method: 'GET', path: '/subscribers/:imsi', role: 'viewer', parameters: one },
    ...{ summary: 'one subscriber, without keys', answer: answers.subscriber },
    handle: async ({ who, parameters }) => ({
      status: 200,
      body: await as(who).show((parameters as z.output<typeof one>).imsi),
    }),
  },
  {
    ...{ method: 'POST', path: '/subscribers', role: 'security', parameters: putting },
    summary: 'adds or replaces a subscriber',
    body: { form: 'json', schema: subscriberRecord },
    async handle({ who, parameters, body }) {
      const { replace } = parameters as z.output<typeof putting>
      await as(who).add(body, replace)
      return { status: 201 }
    },
  },
  {
    ...{ method: 'POST', path: '/subscribers/import', role: 'security', parameters: putting },
    ...{ summary: 'adds or replaces subscribers, all or none', answer: counted },
    body: { form: 'records', schema: subscriberRecord },
    async handle({ who, parameters, records }) {
      const { replace } = parameters as z.output<typeof putting>
      return { status: 201, body: { count: await as(who).importAll(records, replace) } }
    },
  },
  {
    ...{ method: 'DELETE', path: '/subscribers/:imsi', role: 'security', parameters: one },
    summary: 'removes a subscriber; its sequence number stays',
    async handle({ who, parameters }) {
      await as(who).remove((parameters as z.output<typeof one>).imsi)
      return { status: 204 }
    },
  },
]

/** What a KMF can be asked. */
export const kmfRoutes = (as: Of<KmfAdministration>): readonly AdminRoute[] => [
  {
    ...{ method: 'GET', path: '/permissions', role: 'viewer', parameters: paging },
    ...{ summary: 'permissions of subscribers, by IMSI', answer: answers.permissionPage },
    async handle({ who, parameters }) {
      const { after, limit } = parameters as Paging
      return { status: 200, body: { rows: await as(who).list(after, limit) } }
    },
  },
  {
    ...{ method: 'GET', path: '/permissions/:imsi', role: 'viewer', parameters: one },
    ...{ summary: 'permissions of one subscriber', answer: answers.permissions },
    handle: async ({ who, parameters }) => ({
      status: 200,
      body: await as(who).show((parameters as z.output<typeof one>).imsi),
    }),
  },
  {
    ...{ method: 'POST', path: '/permissions/import', role: 'security', parameters: nothing },
    ...{ summary: 'says all that is kept of subscribers, all or none', answer: counted },
    body: { form: 'records', schema: kmfRecord },
    handle: async ({ who, records }) => ({ status: 201, body: { count: await as(who).importAll(records) } }),
  },
  {
    ...{ method: 'PUT', path: '/permissions/:imsi/:plmn', role: 'operator', parameters: onePermission },
    summary: 'the subscriber may link with UEs of that PLMN, * for all',
    async handle({ who, parameters }) {
      await as(who).grant(parameters as z.output<typeof onePermission>)
      return { status: 204 }
    },
  },
  {
    ...{ method: 'DELETE', path: '/permissions/:imsi/:plmn', role: 'operator', parameters: onePermission },
    summary: 'no longer',
    async handle({ who, parameters }) {
      await as(who).revoke(parameters as z.output<typeof onePermission>)
      return { status: 204 }
    },
  },
  {
    ...{ method: 'DELETE', path: '/permissions/:imsi', role: 'security', parameters: one },
    summary: 'forgets all permissions of a subscriber',
    async handle({ who, parameters }) {
      await as(who).remove((parameters as z.output<typeof one>).imsi)
      return { status: 204 }
    },
  },
]

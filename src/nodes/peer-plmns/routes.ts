import { z } from 'zod'
import { extensionNames } from '../../core/extension-set.ts'
import type { AdminRoute } from '../../io/admin/admin-route.ts'
import { counted, nothing, pageOf, putting, type Of } from '../administration/routes.ts'
import { plmn } from '../config/schema/forms.ts'
import type { PeerPlmnAdministration } from './administration.ts'
import { peerPlmnRecord } from './record.ts'

const one = z.strictObject({ plmn })
type One = z.output<typeof one>
type Putting = z.output<typeof putting>

const view = z.strictObject({
  ...{ plmn: z.string(), realm: z.string(), bsfNames: z.array(z.string()), kmfNames: z.array(z.string()) },
  ...{ proseUeIds: z.array(z.string()), extensions: z.array(z.enum(extensionNames)) },
  kmfs: z.array(
    z.strictObject({
      ...{ host: z.string(), address: z.string().optional(), connect: z.boolean().optional() },
      ...{ priority: z.int(), requestsPerSecond: z.union([z.int(), z.literal('unlimited')]) },
    }),
  ),
  keptIn: z.string().optional().describe('the configuration that says it; then it is changed only there'),
  connections: z
    .record(z.string(), z.string())
    .optional()
    .describe('of its KMFs by their hosts: available, or the phase of the connection'),
})

/** Forms of what the API answers; its client reads with them. */
export const peerAnswers = { peer: view, peers: pageOf(view), counted } as const

/** What a KMF can be asked of its peer PLMNs. */
export const peerPlmnRoutes = (as: Of<PeerPlmnAdministration>): readonly AdminRoute[] => [
  {
    ...{ method: 'GET', path: '/peers', role: 'viewer', parameters: nothing },
    ...{ summary: 'PLMNs whose KMFs it talks to', answer: peerAnswers.peers },
    handle: async ({ who }) => ({ status: 200, body: { rows: await as(who).list() } }),
  },
  {
    ...{ method: 'GET', path: '/peers/:plmn', role: 'viewer', parameters: one },
    ...{ summary: 'one peer, with its connections', answer: peerAnswers.peer },
    handle: async ({ who, parameters }) => ({
      ...{ status: 200, body: await as(who).show((parameters as One).plmn) },
    }),
  },
  {
    ...{ method: 'POST', path: '/peers', role: 'security', parameters: putting },
    summary: 'adds or replaces a peer, which acts at once',
    body: { form: 'json', schema: peerPlmnRecord },
    async handle({ who, parameters, body }) {
      await as(who).add(body, (parameters as Putting).replace)
      return { status: 201 }
    },
  },
  {
    ...{ method: 'POST', path: '/peers/import', role: 'security', parameters: putting },
    ...{ summary: 'adds or replaces peers, all or none', answer: counted },
    body: { form: 'records', schema: peerPlmnRecord },
    async handle({ who, parameters, records }) {
      const count = await as(who).importAll(records, (parameters as Putting).replace)
      return { status: 201, body: { count } }
    },
  },
  {
    ...{ method: 'DELETE', path: '/peers/:plmn', role: 'security', parameters: one },
    summary: 'removes a peer: its connections are closed, its requests refused',
    async handle({ who, parameters }) {
      await as(who).remove((parameters as One).plmn)
      return { status: 204 }
    },
  },
]

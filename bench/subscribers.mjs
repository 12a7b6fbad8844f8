// Numbered subscribers, and the rows of each as HSS, BSF and KMF would have written them one by one.
import { hex } from '../dist/core/bytes.js'
import { Amf } from '../dist/core/aka.js'
import { nafIdOf, uaIds } from '../dist/core/identities/naf-id.js'
import { Imsi } from '../dist/core/identities/subscriber.js'
import { K, KsNaf, Opc } from '../dist/core/keys.js'
import { sqnOf } from '../dist/core/sequence-number.js'
import { proseUssOf, gussOf } from '../dist/entities/hss/guss.js'
import { columnsOf, subscriberColumns } from '../dist/io/store/hss-row.js'
import { keptGuss, keptUssList } from '../dist/io/store/documents.js'
import { randOf } from './bootstraps.mjs'
import { presharedKey } from './psk.mjs'

export const imsiOf = (number) => Imsi(`00102${String(number).padStart(10, '0')}`)
export const impiOf = (number) => `${imsiOf(number)}@ims.mnc002.mcc001.3gppnetwork.org`
/** The Layer-2 ID of a UE; those of the range of its home network come again after 458 752. */
export const ueIdOf = (number) => 0x080000 + (number % 0x70000)
/** The B-TID of the numbered subscriber in the domain of a BSF. */
export const btidIn = (domain, number) => `${randOf(number).toString('base64')}@${domain}`
/** Those of every card. */
export const secretsOf = { k: K(new Uint8Array(16).fill(0x11)), opc: Opc(new Uint8Array(16).fill(0x22)) }

const day = 86_400_000
/** What a card has taken that is in use. */
const sqn = sqnOf(1000, 16)

const subscriberOf = (number) => ({
  ...{ imsi: imsiOf(number), impi: impiOf(number), amf: Amf(Uint8Array.of(0x80, 0)), gba: 'GBA_ME' },
  aka: { algorithm: 'MILENAGE', k: K(secretsOf.k), opc: Opc(secretsOf.opc) },
  prose: { ueIds: [ueIdOf(number)], permissions: ['one-to-one'], publicSafety: false },
})

/**
 * Tables of the stores of a PLMN by their kind, as written `now` in that generation of the database; a table has its columns,
 * and the rows of a subscriber.
 */
export const tablesOf = {
  hss: (plmn, { generation }) => ({
    subscriber: {
      columns: subscriberColumns,
      rows: (number, seal) => [columnsOf(subscriberOf(number), 1, seal)],
    },
    sequence_number: {
      columns: ['imsi', 'sqn', 'generation'],
      rows: (number) => [[imsiOf(number), sqn, generation]],
    },
  }),
  bsf: ({ bsf }, { now }) => ({
    bootstrap: {
      columns: ['btid', 'impi', 'version', 'ks', 'created', 'expires', 'guss'],
      rows(number, seal) {
        const btid = btidIn(bsf.fqdn, number)
        const ks = seal.seal({ table: 'bootstrap', row: btid, version: 1 }, presharedKey)
        return [[btid, impiOf(number), 1, ks, now, now + day, keptGuss(gussOf(subscriberOf(number)))]]
      },
    },
  }),
  kmf: ({ bsf, kmf }, { now }) => ({
    naf_key_row: {
      columns: ['btid', 'impi', 'imsi', 'created', 'expires', 'erased', 'uss_list'],
      rows(number) {
        const names = [btidIn(bsf.fqdn, number), impiOf(number), imsiOf(number)]
        return [[...names, now, now + day, 0, keptUssList(proseUssOf(subscriberOf(number)))]]
      },
    },
    naf_key: {
      columns: ['btid', 'naf_id', 'version', 'key'],
      rows(number, seal) {
        const btid = btidIn(bsf.fqdn, number)
        return [uaIds.prose, uaIds.tls13].map((uaId) => {
          const nafId = nafIdOf(kmf.fqdn, uaId)
          const place = { table: 'naf_key', row: `${btid} ${hex(nafId)}`, version: 1 }
          return [btid, nafId, 1, seal.seal(place, KsNaf(Uint8Array.from(presharedKey)))]
        })
      },
    },
    may_link: {
      columns: ['imsi', 'plmn'],
      rows: (number) => ['001-01', '001-02'].map((plmn) => [imsiOf(number), plmn]),
    },
  }),
}

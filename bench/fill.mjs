// Rows of many subscribers, as HSS, BSF and KMF would have written them one by one.
import { Amf } from '../dist/core/aka.js'
import { nafIdOf, uaIds } from '../dist/core/identities/naf-id.js'
import { Imsi } from '../dist/core/identities/subscriber.js'
import { K, KsNaf, Opc } from '../dist/core/keys.js'
import { proseUssOf, gussOf } from '../dist/entities/hss/guss.js'
import { storeKeysIn } from '../dist/io/lab/store-key-file.js'
import { columnsOf, subscriberColumns } from '../dist/io/store/hss-row.js'
import { schemaOf } from '../dist/io/store/schemas.js'
import { listOf, rowsOfMarks, statement } from '../dist/io/store/sql.js'
import { openStore } from '../dist/io/store/store.js'
import { hex } from '../dist/core/bytes.js'
import { storeKeyFile, storePlace } from '../dist/nodes/config/files.js'
import { writeGuss, writeUssList } from '../dist/wire/user-security-settings.js'
import { randOf } from './bootstraps.mjs'
import { presharedKey } from './psk.mjs'

/** Rows of one statement, and of one transaction. */
const slice = 250
const inOneGo = 20_000

export const imsiOf = (number) => Imsi(`00102${String(number).padStart(10, '0')}`)
export const impiOf = (number) => `${imsiOf(number)}@ims.mnc002.mcc001.3gppnetwork.org`
const proseUeIdOf = (number) => 0x080000 + (number % 0x70000)
/** The Layer-2 ID of the UE whose connection asks. */
export const ueIdOf = proseUeIdOf
export const secretsOf = { k: K(new Uint8Array(16).fill(0x11)), opc: Opc(new Uint8Array(16).fill(0x22)) }

const subscriberOf = (number) => ({
  ...{ imsi: imsiOf(number), impi: impiOf(number), amf: Amf(Uint8Array.of(0x80, 0)), gba: 'GBA_ME' },
  aka: { algorithm: 'MILENAGE', k: K(secretsOf.k), opc: Opc(secretsOf.opc) },
  prose: { ueIds: [proseUeIdOf(number)], permissions: ['one-to-one'], publicSafety: false },
})

const tables = {
  hss: () => ({
    subscriber: {
      columns: subscriberColumns,
      rows: (number, seal) => [columnsOf(subscriberOf(number), 1, seal)],
    },
  }),
  bsf: ({ bsf }, now) => ({
    bootstrap: {
      columns: ['btid', 'impi', 'version', 'ks', 'created', 'expires', 'guss'],
      rows(number, seal) {
        const btid = btidIn(bsf.fqdn, number)
        const ks = seal.seal({ table: 'bootstrap', row: btid, version: 1 }, presharedKey)
        return [[btid, impiOf(number), 1, ks, now, now + day, writeGuss(gussOf(subscriberOf(number)))]]
      },
    },
  }),
  kmf: ({ bsf, kmf }, now) => ({
    naf_key_row: {
      columns: ['btid', 'impi', 'imsi', 'created', 'expires', 'erased', 'uss_list'],
      rows: (number) => [
        [
          btidIn(bsf.fqdn, number),
          impiOf(number),
          imsiOf(number),
          now,
          now + day,
          0,
          writeUssList(proseUssOf(subscriberOf(number))),
        ],
      ],
    },
    naf_key: {
      columns: ['btid', 'naf_id', 'version', 'key'],
      rows: (number, seal) =>
        [uaIds.prose, uaIds.tls13].map((uaId) => {
          const btid = btidIn(bsf.fqdn, number)
          const nafId = nafIdOf(kmf.fqdn, uaId)
          const key = KsNaf(Uint8Array.from(presharedKey))
          return [
            btid,
            nafId,
            1,
            seal.seal({ table: 'naf_key', row: `${btid} ${hex(nafId)}`, version: 1 }, key),
          ]
        }),
    },
    may_link: {
      columns: ['imsi', 'plmn'],
      rows: (number) => ['001-01', '001-02'].map((plmn) => [imsiOf(number), plmn]),
    },
  }),
}

const day = 86_400_000

/** The B-TID of the numbered subscriber in the domain of a BSF. */
export const btidIn = (domain, number) => `${randOf(number).toString('base64')}@${domain}`

/** Adds subscribers `from` to `to` to the store of the HSS, BSF or KMF of `plmn`. */
export async function fill(config, plmn, kind, from, to) {
  const keys = storeKeysIn(config.file, storeKeyFile(config, plmn, kind))
  const { database, seal } = await openStore(storePlace(config, plmn, kind), keys, schemaOf[kind])
  try {
    for (let at = from; at < to; at += inOneGo)
      await database.transaction((session) =>
        fillSome(session, seal, tables[kind](plmn, Date.now()), at, Math.min(to, at + inOneGo)),
      )
  } finally {
    await database.close()
  }
}

async function fillSome(session, seal, tables, from, to) {
  for (const [name, { columns, rows }] of Object.entries(tables)) {
    const insert = (count) =>
      statement(
        `insert into ${name} (${listOf(columns)}) values ${rowsOfMarks(count, columns.length)} on conflict do nothing`,
      )
    for (let at = from; at < to; at += slice) {
      const values = []
      for (let number = at; number < Math.min(to, at + slice); number++) values.push(...rows(number, seal))
      await session.run(insert(values.length), ...values.flat())
    }
  }
}

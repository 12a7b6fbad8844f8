// What libraries, SQLite and node:crypto do for one key request, without anything of ours between them.
import { createDecipheriv, createHmac, createSecretKey } from 'node:crypto'
import { parseXml } from '@rgrove/parse-xml'
import { ue1Decision, ue2Decision } from '../dist/io/store/kmf-decisions.js'
import { openSqlite } from '../dist/io/store/sqlite.js'
import { presharedKey } from './psk.mjs'

/** Octets of S in the derivation of PDK: FC, UE-2 ID and its length. */
const inputLength = 6

/** Parses `body`, reads rows as steps 5, 7 and 10 do, opens a sealed key and makes one HMAC; `close` ends it. */
export async function keyRequestParts({ file, body, btidOf, ue2, nafId, plmn }) {
  const connection = await openSqlite(file)
  const [ue1, again] = [ue1Decision, ue2Decision].map(({ text }) => connection.prepare(text))
  const [sealing, secret] = [createSecretKey(new Uint8Array(32).fill(1)), Buffer.from(presharedKey)]
  const input = Buffer.alloc(inputLength)
  let requests = 0
  function once() {
    parseXml(body.toString())
    again.get(ue2.imsi, plmn, ue2.btid)
    const { key } = ue1.get(plmn, nafId, btidOf(requests++))
    const decipher = createDecipheriv('aes-256-gcm', sealing, key.subarray(0, 12), { authTagLength: 16 })
    decipher.setAAD(key.subarray(0, 12)).setAuthTag(key.subarray(-16))
    decipher.update(key.subarray(12, -16))
    createHmac('sha256', createSecretKey(secret)).update(input).digest()
    again.get(ue2.imsi, plmn, ue2.btid)
  }
  return {
    async rate(milliseconds) {
      const begun = performance.now()
      let done = 0
      for (; performance.now() < begun + milliseconds; done++) once()
      return { done, seconds: (performance.now() - begun) / 1000 }
    },
    close: () => connection.close(),
  }
}

/** This process, as a server whose CPU time is counted. */
export const thisProcess = {
  async usage() {
    const { user, system } = process.cpuUsage()
    return { cpu: (user + system) / 1e6 }
  },
}

/** Turns of something that does what both did, one after the other. */
export const together = (some, others) =>
  some.map((one, turn) => {
    const both = (name) => 1 / (1 / one[name] + 1 / others[turn][name])
    return { perSecond: both('perSecond'), perCpuSecond: both('perCpuSecond') }
  })

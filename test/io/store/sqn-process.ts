import { writeSync } from 'node:fs'
import { Sqn } from '../../../src/core/aka.ts'
import { fromHex } from '../../../src/core/bytes.ts'
import { Imsi } from '../../../src/core/identities/subscriber.ts'
import { openHssStore } from '../../../src/io/store/hss-store.ts'

// Draws sequence numbers until it is killed and prints each one that it was given.
const [place = '', key = '', imsi = ''] = process.argv.slice(2)
const { subscribers } = await openHssStore(place, { read: () => [fromHex(key)], stamp: () => '' })
for (;;) {
  const sqn = await subscribers.advanceSqn(Imsi(imsi), (last) => Sqn(last + 1))
  writeSync(1, `${sqn}\n`)
}

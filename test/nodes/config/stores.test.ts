import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { InvalidValue } from '../../../src/core/errors.ts'
import { Imsi, impiOfImsi } from '../../../src/core/identities/subscriber.ts'
import { ProseUeId } from '../../../src/core/identities/prose.ts'
import { openHssStore } from '../../../src/io/store/hss-store.ts'
import { memorySubscriberStore } from '../../../src/io/store/memory-hss-store.ts'
import { parseNetworkConfig } from '../../../src/nodes/config/load.ts'
import { seedSubscribers } from '../../../src/nodes/config/stores.ts'
import { home, milenageSubscriber } from '../../contracts/values.ts'
import { inTest, storeKeys, temporaryDirectory } from '../../io/store/temporary.ts'

const example = join(import.meta.dirname, '../../../examples/two-plmns.yaml')

function inFile() {
  const { plmns } = parseNetworkConfig(readFileSync(example, 'utf8'), example)
  const [plmn] = plmns
  const [subscriber] = plmn?.subscribers ?? []
  if (!plmn || !subscriber?.prose) throw new Error('no ProSe subscriber in the example')
  return { plmn, subscriber, prose: subscriber.prose }
}

function another(digits: string, ueId: number) {
  const imsi = Imsi(digits)
  const prose = { ueIds: [ProseUeId(ueId)], permissions: [], publicSafety: false }
  return { ...milenageSubscriber, imsi, impi: impiOfImsi(imsi, home), prose }
}

it('the HSS keeps the subscribers of its file, and those that it does not name', async () => {
  const { plmn, subscriber, prose } = inFile()
  const store = memorySubscriberStore()
  await store.put(another('001010000000009', 0x020304))
  await seedSubscribers(plmn, store, () => milenageSubscriber.aka)
  const { ueIds, permissions, publicSafety } = prose
  expect(await store.findByImsi(subscriber.imsi)).toMatchObject({
    impi: subscriber.impi,
    prose: { ueIds, permissions, publicSafety },
  })
  expect(await store.page(undefined, 10)).toHaveLength(1 + plmn.subscribers.length)
})

it('a ProSe UE ID of another subscriber in the file: none of the file is put, and the error shows no whole IMSI', async () => {
  const { plmn, subscriber, prose } = inFile()
  const store = memorySubscriberStore()
  const ueIds = [ProseUeId(0x020304)]
  await store.put(another('001010000000009', 0x020304))
  const { imsi, impi } = another('001010000000008', 1)
  const both = [subscriber, { ...subscriber, imsi, impi, prose: { ...prose, ueIds } }]
  const seeded = seedSubscribers({ ...plmn, subscribers: both }, store, () => milenageSubscriber.aka)
  const error: unknown = await seeded.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(InvalidValue)
  expect(String(error)).toContain('00101········08')
  expect(String(error)).not.toContain('001010000000008')
  expect(await store.page(undefined, 10)).toHaveLength(1)
})

it('several HSS that put the subscribers of the same file into one store at once all succeed', async () => {
  const { plmn } = inFile()
  const { subscribers } = await inTest(openHssStore(join(temporaryDirectory(), 'store.db'), storeKeys))
  const seeding = () => seedSubscribers(plmn, subscribers, () => milenageSubscriber.aka)
  await Promise.all([seeding(), seeding(), seeding()])
  expect(await subscribers.page(undefined, 10)).toHaveLength(plmn.subscribers.length)
})

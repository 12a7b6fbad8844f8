// What one set-up consists of: its messages, and its calls to stores, which can be made again.
import { randomFillSync } from 'node:crypto'
import { base64, equalOctets } from '../dist/core/bytes.js'
import { tapOf } from '../dist/core/tap.js'
import { setUpNetwork } from './set-up-network.mjs'

const asItIs = (value) => value

/** The same value with octets of its own: who was given keys wipes them. `renewed` may give another text or other octets. */
function copied(value, renewed = asItIs) {
  if (value instanceof Uint8Array) return renewed(value).slice()
  if (typeof value === 'string') return renewed(value)
  if (Array.isArray(value)) return value.map((each) => copied(each, renewed))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copied(each, renewed)]))
}

/** In place of a RAND another one, and the B-TID that is made of that: rows that are there already cost less, or more. */
function withAnother(rand) {
  if (!rand) return asItIs
  const another = randomFillSync(new Uint8Array(rand.length))
  const [user, anotherUser] = [rand, another].map((octets) => `${base64(octets)}@`)
  return (value) => {
    if (typeof value !== 'string') return equalOctets(value, rand) ? another : value
    return value.startsWith(user) ? anotherUser + value.slice(user.length) : value
  }
}

/** The tables of a store with each of their methods told. */
function toldStore(store, tell) {
  const told =
    (table, name) =>
    (...args) => {
      const kept = copied(args)
      const again = (renewed) => store[table][name](...copied(kept, renewed))
      tell({ name: `${table}.${name}`, args: kept, again })
      return store[table][name](...args)
    }
  const tables = Object.entries(store).map(([table, part]) => {
    if (typeof part === 'function') return [table, part]
    return [table, Object.fromEntries(Object.keys(part).map((name) => [name, told(table, name)]))]
  })
  return Object.fromEntries(tables)
}

/**
 * The second set-up of a network on sockets, which goes through `branch`; its stores stay open until `close`. Messages have
 * their keys in them. `callStores` makes its calls to stores again, in their order, with a RAND of its own where it drew one.
 */
export async function recorded(config, scenario, branch) {
  let isOn = false
  const [messages, calls] = [[], []]
  const tell = (call) => {
    if (isOn) calls.push(call)
  }
  const carriersOf = (carriers) => ({
    ...carriers,
    hssStore: async (plmn) => toldStore(await carriers.hssStore(plmn), tell),
    bsfStore: async (plmn) => toldStore(await carriers.bsfStore(plmn), tell),
    kmfStore: async (plmn) => toldStore(await carriers.kmfStore(plmn), tell),
  })
  let taken
  const tap = tapOf(['message', 'state'], (event) => {
    if (isOn && event.kind === 'message' && !event.heartbeat) messages.push(event)
    if (isOn && event.kind === 'state' && event.what === 'branch') taken = event.fields.branch
  })
  const network = await setUpNetwork({ config, scenario, tap, unsafeRevealKeys: true, carriersOf })
  await network.setUp()
  isOn = true
  const algorithms = await network.setUp()
  isOn = false
  if (taken !== branch) throw new Error(`${scenario} went through branch ${taken}`)
  const [, rand] = calls.find(({ name }) => name === 'subscribers.rememberRand')?.args ?? []
  return {
    ...{ messages, algorithms, close: network.stop },
    async callStores() {
      const renewed = withAnother(rand)
      for (const call of calls) await call.again(renewed)
    },
  }
}

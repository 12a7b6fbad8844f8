// What one set-up consists of: its messages, and its calls to stores, which can be made again.
import { tapOf } from '../dist/core/tap.js'
import { setUpNetwork } from './set-up-network.mjs'

/** The same value with octets of its own: who was given keys wipes them. */
function copied(value) {
  if (value instanceof Uint8Array) return value.slice()
  if (Array.isArray(value)) return value.map(copied)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copied(each)]))
}

/** The tables of a store with each of their methods told. */
function toldStore(store, tell) {
  const told =
    (table, name) =>
    (...args) => {
      const kept = copied(args)
      tell({ name: `${table}.${name}`, again: () => store[table][name](...copied(kept)) })
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
 * their keys in them.
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
  const tap = tapOf(['message'], (event) => {
    if (isOn && event.kind === 'message' && !event.heartbeat) messages.push(event)
  })
  const network = await setUpNetwork({ config, scenario, tap, unsafeRevealKeys: true, carriersOf })
  await network.setUp()
  isOn = true
  const setUp = await network.setUp()
  isOn = false
  if (setUp.branch !== branch) throw new Error(`${scenario} went through branch ${setUp.branch}`)
  return { messages, calls, algorithms: setUp.algorithms, close: network.stop }
}

import type { Network, NetworkOptions } from './network.ts'

export function startProcessNetwork(_options: NetworkOptions): Promise<Network> {
  return Promise.reject(new Error('one process for each node is not built yet'))
}

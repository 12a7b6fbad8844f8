import { pathOfInstance } from './listeners.ts'
import type { PeerConfig, PlmnConfig } from './network-config.ts'
import type { Path, Problem } from './yaml-source.ts'

const kinds = ['hss', 'bsf', 'kmf'] as const

/** Origin-Hosts of the instances of these entities, with their places in the entry of their PLMN. */
export const originHostsOf = (config: PlmnConfig, of: readonly (typeof kinds)[number][] = kinds) =>
  of.flatMap((kind) =>
    config[kind].instances.map(({ diameter }, at) => ({
      path: [...pathOfInstance(kind, at), 'diameter', 'originHost'],
      value: diameter.originHost,
    })),
  )

/** What cannot be meant in the lists of peers of one PLMN; `hosts` are the Origin-Hosts of all nodes of the file. */
export const peerMistakes = (
  path: Path,
  config: PlmnConfig,
  hosts: ReadonlySet<string>,
): readonly Problem[] =>
  kinds.flatMap((kind) => {
    const { peers } = config[kind].diameter
    const own = new Set<string>(originHostsOf(config, [kind]).map(({ value }) => value))
    return peers.flatMap((peer, at) => {
      const place = [...path, kind, 'diameter', 'peers', at]
      const isTwice = peers.findIndex(({ host }) => host === peer.host) < at
      return [
        ...(isTwice ? [{ path: [...place, 'host'], message: 'this peer stands before already' }] : []),
        ...(own.has(peer.host) ? [{ path: [...place, 'host'], message: `this is the ${kind} itself` }] : []),
        ...mistakesOf(peer, place, hosts),
      ]
    })
  })

const mistakesOf = (
  { host, address, connect, relayFor }: PeerConfig,
  place: Path,
  hosts: ReadonlySet<string>,
): readonly Problem[] => [
  ...(connect === true && !address && !hosts.has(host)
    ? [{ path: [...place, 'connect'], message: 'to connect, an address is needed' }]
    : []),
  ...(relayFor && hosts.has(host)
    ? [{ path: [...place, 'relayFor'], message: 'this peer is a node of this file, and those relay nothing' }]
    : []),
]

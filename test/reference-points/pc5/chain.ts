import { readFileSync } from 'node:fs'

/** What one end sends in a link of test/vectors/chain.json; hex where nothing else is said. */
export interface ChainMessage {
  from: 'UE-1' | 'UE-2'
  fields: Record<string, string | number | null>
  sduType: 0 | 2 | 3
  lcid: 1 | 29 | 30
  direction: 0 | 1
  sn: number
  header: string
  sdu: string | null
}

export type ChainMessageName =
  | 'command'
  | 'completeSeedProfile'
  | 'completeFinalProfile'
  | 'accept'
  | 'userDataSeedProfile'
  | 'userDataFinalProfile'
  | 'keepalive'
  | 'release'

export interface ChainLink {
  name: string
  step7: string
  'UE-1 ID': { type: 'b-tid' | 'imsi'; value: string }
  'NAF-ID': string
  'UE-2 ProSe UE ID': string
  PDK: { value: string }
  Nonce_1: string
  Nonce_2: string
  DKSI: string
  'LSB of KD-sess ID': string
  'KD-sess ID': string
  request: { fields: Record<string, string | number | null>; sdu: string; pdu: string; frame: string }
  messages: Record<ChainMessageName, ChainMessage>
  pairs: ({ eea: 1 | 2 | 3; eia: 1 | 2 | 3; chosenAlgorithms: string; command: { sdu: string } } & Record<
    ChainMessageName,
    { pdu: string; macI: string }
  >)[]
  extensions: { set: number; PDK: { value: string }; 'request token': { value: string } | null } & Record<
    'request sdu' | 'command sdu' | 'command pdu' | 'MAC suffix',
    string
  >
}

interface Sent {
  fields: Record<string, string | number>
  lcid: 28
  sdu: string
  pdu: string
}

export interface ChainCase {
  seed: string
  inputs: Record<'UE-1 ProSe UE ID' | 'UE-2 ProSe UE ID', string>
  push: { securityModeReject: Sent }
  links: ChainLink[]
  renegotiationRequest: Sent
}

const path = new URL('../../vectors/chain.json', import.meta.url)
export const chainCases = (JSON.parse(readFileSync(path, 'utf8')) as { cases: ChainCase[] }).cases

export const chainLinks = chainCases.flatMap((one) =>
  one.links.map((link) => ({ title: `${one.seed} ${link.name} (${link.step7})`, case: one, link })),
)

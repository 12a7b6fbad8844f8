import type { NodeOfRun } from '../../model/lines.ts'

/** One run as the server lists it. */
export interface RunInfo {
  readonly run: string | number
  readonly scenario: string
  readonly time: string
  readonly state: 'running' | 'ended'
  readonly outcome?: string | null
  readonly branch?: string | null
  readonly expected?: boolean | null
  readonly messages?: number
}

/** What an act asks for; `value` is what it has when nobody says otherwise. */
export interface Parameter {
  readonly name: string
  readonly kind: string
  readonly values?: readonly string[]
  readonly value?: string | number
  readonly optional?: boolean
  readonly unit?: string
  readonly min?: number
  readonly max?: number
}

export interface ActInfo {
  readonly act: string
  readonly summary: string
  readonly parameters: readonly Parameter[]
  /** The shell line, parameters as `<name>`. */
  readonly command?: string
}

export interface Network {
  readonly file: string
  readonly nodes: readonly NodeOfRun[]
  readonly ues: readonly { readonly name: string; readonly plmn: string; readonly layer2Id?: string }[]
  readonly scenarios: readonly { readonly name: string; readonly summary: string; readonly clause: string }[]
  readonly acts: readonly ActInfo[]
  readonly unsafe: boolean
}

/** One thing that is armed, and what takes it back. */
export interface Armed {
  readonly act: string
  readonly says?: string
  readonly command?: string
  readonly undo?: Order
}

export type Order = { readonly act: string } & Readonly<Record<string, unknown>>

export interface ActAnswer {
  readonly ok: true
  readonly command: string
  readonly says?: string
  readonly run?: string | number
}

/** What the server says no with: as an error of the command line. */
export class ActRefused extends Error {
  readonly code: string
  readonly hint: string

  constructor(error: { code?: string; message?: string; at?: string; hint?: string }) {
    super(
      [error.message ?? 'the server did not say why', error.at ?? ''].filter((part) => part !== '').join(' '),
    )
    this.code = error.code ?? 'ERR_UNKNOWN'
    this.hint = error.hint ?? ''
  }
}

async function read(path: string): Promise<Response> {
  const response = await fetch(path, { headers: { accept: 'application/json' } })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

export const getNetwork = async (): Promise<Network> => (await read('api/network')).json() as Promise<Network>
export const getRuns = async (): Promise<RunInfo[]> => (await read('api/runs')).json() as Promise<RunInfo[]>
export const getNode = async (name: string): Promise<unknown> =>
  (await read(`api/nodes/${encodeURIComponent(name)}`)).json()
export const getLines = async (run: string): Promise<string[]> =>
  (await (await read(`api/runs/${encodeURIComponent(run)}/lines`)).text())
    .split('\n')
    .filter((line) => line !== '')

/** Does one act; throws ActRefused. */
export async function post(order: Order): Promise<ActAnswer> {
  const response = await fetch('api/acts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  const answer = (await response.json().catch(() => ({}))) as ActAnswer & { error?: Record<string, string> }
  if (!response.ok || answer.error) throw new ActRefused(answer.error ?? {})
  return answer
}

import { fieldWord } from '../../ladder/facts.ts'
import { projectValues } from '../../core/project-values.ts'
import type { Fields } from '../../core/tap.ts'
import type { KeyRow } from './keys.ts'
import type { StateLine } from './lines.ts'
import type { Run } from './run.ts'

export interface Derivation {
  /** The function and its inputs, in the words of its clause. */
  readonly formula: string
  readonly clause: string
  readonly parameters: readonly { readonly name: string; readonly value: string }[]
  /** Every octet of it, in a run that reveals keys only. */
  readonly revealed: Revealed | undefined
}

/** Hex; what can be computed again by hand, with the command that does so. */
export interface Revealed {
  readonly rows: readonly { readonly name: string; readonly value: string }[]
  readonly key: string
  /** For a shell; undefined where nothing is computed. */
  readonly command: string | undefined
}

const hexOf = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`

interface Row {
  readonly formula: string
  readonly clause: string
  readonly parameters: (
    run: Run,
    detail: string,
    n: number,
  ) => readonly (readonly [name: string, value: string])[]
}

/** The last value of a field in a message of this name, up to message `n`. */
const said =
  (message: string, field: string) =>
  (run: Run, n: number): string => {
    const line = run.messages.findLast((one) => one.n <= n && one.name === message && field in one.fields)
    return line === undefined ? '' : fieldWord(line.fields, field)
  }

const ue2Id = said('DIRECT_SECURITY_MODE_COMMAND', 'ue2Id')
const nonce1 = (run: Run, n: number): string => {
  const asked = ['DIRECT_COMMUNICATION_REQUEST', 'DIRECT_REKEYING_REQUEST']
  const line = run.messages.findLast((one) => one.n <= n && asked.includes(one.name))
  return line === undefined ? '' : fieldWord(line.fields, 'nonce1')
}
const nonce2 = said('DIRECT_SECURITY_MODE_COMMAND', 'nonce2')
const algorithmId = (detail: string): string => hexOf(Number(/\d$/.exec(detail)?.[0] ?? 0))

/** How each key is made. What travels in clear has its value; what is secret has its name only. */
const derivations: Readonly<Record<string, Row>> = {
  K: { formula: 'written into the USIM and the HSS', clause: 'TS 33.102', parameters: () => [] },
  Ks: {
    formula: 'Ks = CK || IK of AKA with K',
    clause: 'TS 33.220 4.5.2',
    parameters: () => [
      ['RAND', 'of the challenge or GPI'],
      ['AUTN', 'checked by the USIM first'],
    ],
  },
  Ks_NAF: {
    formula: 'Ks_NAF = KDF(Ks, "gba-me", RAND, IMPI, NAF_Id)',
    clause: 'TS 33.220 B.3',
    parameters: (_, detail) => [
      ['FC', '0x01'],
      [
        'NAF_Id',
        `FQDN of the KMF || Ua id ${detail === 'TLS of PC8' ? 'of TLS' : projectValues.uaIdProse.value}`,
      ],
    ],
  },
  PDK: {
    formula: 'PDK = KDF(Ks_NAF, UE-2 ID)',
    clause: 'CR 33.303 6.X.3.2 step 8',
    parameters: (run, _, n) => [
      ['FC', `${hexOf(projectValues.fcPdk.value)}, project value`],
      ['UE-2 ID', ue2Id(run, n)],
    ],
  },
  'KD-sess': {
    formula: 'KD-sess = KDF(PDK, Nonce_1, Nonce_2)',
    clause: 'TS 33.303 6.5.3',
    parameters: (run, _, n) => [
      ['FC', `${hexOf(projectValues.fcKdSess.value)}, project value`],
      ['Nonce_1', nonce1(run, n)],
      ['Nonce_2', nonce2(run, n)],
    ],
  },
  PEK: {
    formula: 'PEK = last 16 octets of KDF(KD-sess, 0x00, identity of the EEA)',
    clause: 'TS 33.303 A.4',
    parameters: (_, detail) => [
      ['FC', '0x4b'],
      ['EEA', `${algorithmId(detail)} ${detail}`],
    ],
  },
  PIK: {
    formula: 'PIK = last 16 octets of KDF(KD-sess, 0x01, identity of the EIA)',
    clause: 'TS 33.303 A.4',
    parameters: (_, detail) => [
      ['FC', '0x4b'],
      ['EIA', `${algorithmId(detail)} ${detail}`],
    ],
  },
}

/** How this key was made at message `n`; undefined for one that no table has. */
export function derivationOf(
  run: Run,
  { name, detail, fingerprint }: Pick<KeyRow, 'name' | 'detail' | 'fingerprint'>,
  n: number,
): Derivation | undefined {
  const row = Object.hasOwn(derivations, name) ? derivations[name] : undefined
  if (!row) return undefined
  const parameters = row.parameters(run, detail, n).map(([parameter, value]) => ({ name: parameter, value }))
  const line = fingerprint === undefined ? undefined : run.revealed(name, fingerprint)
  return { ...{ formula: row.formula, clause: row.clause, parameters }, revealed: line && revealedIn(line) }
}

function revealedIn({ fields }: StateLine): Revealed {
  const word = (name: string) => fieldWord(fields, name)
  const row = (name: string, value: string) => ({ name, value })
  const key = word('key')
  if (word('input') === '') {
    const rows = [row('RAND', word('rand')), row('AUTN', word('autn')), row('CK', word('ck')), row('IK', word('ik'))] // prettier-ignore
    return { rows, key, command: undefined }
  }
  const given = fields['parameters']
  const parameters = Array.isArray(given) ? (given as readonly Fields[]) : []
  const rows = [
    row(`key, ${word('from')}`, word('input')),
    row('FC', word('fc')),
    ...parameters.flatMap((parameter, at) => [
      row(`P${at}, ${fieldWord(parameter, 'name')}`, fieldWord(parameter, 'value')),
      row(`L${at}`, fieldWord(parameter, 'length')),
    ]),
    row('S', word('s')),
    row('HMAC-SHA-256', word('output')),
  ]
  const command = `printf ${word('s')} | xxd -r -p | openssl dgst -sha256 -mac HMAC -macopt hexkey:${word('input')}`
  return { rows, key, command }
}

import type { Step } from '../core/tap.ts'

/** Which step of 6.X.3.2 or 6.X.3.3 a message is, by its name; those of bootstrapping depend on who bootstraps. */
const stepOfName: Readonly<Record<string, Step>> = {
  DIRECT_COMMUNICATION_REQUEST: '3',
  PROSE_DIRECT_KEY_REQUEST: '4',
  PKR: '6',
  GPR: '7',
  GPA: '7',
  PKA: '9',
  PROSE_DIRECT_KEY_RESPONSE: '10',
  DIRECT_SECURITY_MODE_COMMAND: '12',
  DIRECT_SECURITY_MODE_COMPLETE: '14',
  BOOTSTRAPPING_RENEGOTIATION_REQUEST: 'RN4',
}

export const stepOf = (name: string): { readonly step?: Step } => {
  const step = stepOfName[name]
  return step === undefined ? {} : { step }
}

/** Which rule of docs/security-rules.md a counter of dropped input, or the code of a refusal, stands for. */
const rules: Readonly<Record<string, readonly string[]>> = {
  R2: ['ERR_PEER_MAY_NOT_ASK', 'kmf-ERR_PEER_MAY_NOT_ASK'],
  R3: ['ERR_HOME_MISMATCH', 'kmf-ERR_HOME_MISMATCH'],
  R7: ['ERR_PEER_NOT_VERIFIED'],
  R8: ['ERR_NOT_AUTHORISED', 'kmf-ERR_NOT_AUTHORISED'],
  R13: ['ERR_IMSI_POLICY'],
  R17: ['ERR_NONCE_REUSED'],
  R18: ['ERR_CAPABILITIES_DIFFER'],
  R20: ['ERR_NO_COMMON_ALGORITHM'],
  R23: ['ERR_GPI_FOREIGN_NAF'],
  R25: ['ERR_GPI_MISSING'],
  R26: ['pc5 dropped: ERR_MAC_MISMATCH', 'pc5 dropped: ERR_UNKNOWN_CONTEXT'],
  R35: ['ERR_SYNCHRONISATION_REFUSED', 'zh-synchronisation-refused'],
  R36: ['ub-wrong-response', 'ub-403'],
  R38: ['diameter.tls-refused', 'kmf-psk-identity-unknown', 'pc8-handshake-refused'],
  R39: ['diameter.cer-refused', 'diameter.forged-origin', 'diameter.second-cer', 'diameter.unexpected-cea'],
  R40: ['diameter.broken-framing', 'diameter.malformed', 'pc5 dropped: ERR_MALFORMED_MESSAGE'],
  R42: ['pc8-http-malformed', 'pc8-too-slow', 'ub-413', 'pc8-http-413'],
  R43: [
    'diameter.connection-dropped',
    'diameter.too-many-strangers',
    'pc8-connection-dropped',
    'pc8-too-many-waiting',
  ],
  R44: ['pc5 dropped: half-open link evicted'],
  R45: ['zpn-too-many'],
  R47: ['wall-clock-stepped'],
}

const ruleOfReason: ReadonlyMap<string, string> = new Map(
  Object.entries(rules).flatMap(([rule, reasons]) => reasons.map((reason) => [reason, rule] as const)),
)

export const ruleOf = (reason: string): string => ruleOfReason.get(reason) ?? 'none'

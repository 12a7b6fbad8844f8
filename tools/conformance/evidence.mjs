// What shows the rows whose words stand in the documents, where the number in a title or comment does not say it.

const range = (first, last, code) =>
  Object.fromEntries(Array.from({ length: last - first + 1 }, (_, at) => [`B${first + at}`, code]))

const pc5 = ['src/reference-points/pc5/messages.ts', 'src/entities/ue/link/check-request.ts']
const command = ['src/entities/ue/link/verify-command.ts']
const protectedInput = ['src/reference-points/pc5/pdcp.ts', 'src/reference-points/pc5/security-context.ts']
const pc8 = ['src/io/https/pc8-http.ts', 'src/io/https/pc8-server.ts']
const ub = ['src/entities/bsf/ub-request.ts', 'src/entities/bsf/bootstrapping.ts']
const diameter = ['src/wire/diameter/avp.ts', 'src/io/diameter/service.ts']

/** Where each kind of bad input is judged. */
export const badInputCode = {
  ...range(1, 5, ['src/wire/tlv/codec.ts', ...pc5]),
  ...range(6, 13, pc5),
  ...range(14, 15, ['src/wire/tlv/codec.ts', ...pc5]),
  B16: ['src/entities/ue/links.ts'],
  ...range(17, 24, command),
  ...range(25, 27, ['src/entities/ue/gba/push.ts', 'src/crypto/gba-push-info.ts']),
  ...range(28, 31, ['src/entities/ue/link/established.ts', ...protectedInput]),
  ...range(32, 33, ['src/entities/ue/link/established.ts']),
  B34: protectedInput,
  ...range(35, 37, ['src/entities/ue/link/initiator.ts', 'src/entities/ue/link/step.ts']),
  B38: ['src/io/https/psk-gate.ts', 'src/entities/kmf/associate.ts'],
  ...range(39, 43, pc8),
  ...range(44, 46, ['src/wire/xml.ts']),
  B47: ['src/reference-points/pc8/messages.ts', 'src/entities/kmf/retrieve-key.ts'],
  ...range(50, 55, ub),
  ...range(56, 64, diameter),
  ...range(65, 66, ['src/entities/bsf/naf-keys.ts', 'src/entities/bsf/naf-policy.ts']),
  B67: ['src/entities/hss/multimedia-auth.ts', 'src/entities/bsf/push.ts'],
  B70: ['src/io/diameter/peer-machine.ts', 'src/io/diameter/requests.ts', 'src/io/diameter/watchdog.ts'],
  B71: ['src/nodes/config/schema/network.ts', 'src/nodes/config/rules.ts'],
  B73: ['src/wire/csv.ts', 'src/nodes/administration/import-file.ts', 'src/io/store/hss-import-conflicts.ts'],
  B75: ['src/io/admin/admin-server.ts', 'src/io/admin/admin-caller.ts'],
  B76: ['src/cli/exit-codes.ts', 'src/io/store/sqlite-database.ts', 'src/io/capture/capture-file.ts'],
}

/** What is not built yet. */
export const notBuilt = {}

const retrieval = 'entities/ue/key-retrieval.test.ts: '
const gpiChecks = 'scenarios/pc5/gpi-checks.test.ts: '
const resync = 'entities/kmf/resynchronisation.test.ts: '

/** Code and what reaches each row of the failures, beside tests that name its number. */
export const failureEvidence = {
  F1: {
    code: ['src/entities/kmf/resolve-naf-keys.ts', 'src/entities/ue/set-up.ts'],
    scenarios: ['7c-renegotiate-bootstrap', '7c-renegotiate-imsi'],
    tests: [
      'scenarios/pc5/renegotiation.test.ts: a second one in the same set-up is dropped; ERR_BTID_UNKNOWN',
    ],
  },
  F2: {
    code: ['src/entities/kmf/authorise.ts', 'src/reference-points/pc6/key-request.ts'],
    scenarios: ['refused-step7', 'relay-not-public-safety'],
    tests: ['testbed/network-refusals.test.ts: R10: refused in 7c-found with 5633'],
  },
  F3: {
    code: ['src/entities/kmf/retrieve-key.ts', 'src/reference-points/pc8/cause-of.ts'],
    scenarios: ['refused-step5'],
    tests: ['testbed/network-refusals.test.ts: R4: a KMF that is no peer is not asked'],
  },
  F4: { code: ['src/entities/kmf/issue-key.ts', 'src/reference-points/pc6/refusals.ts'] },
  F5: { code: ['src/entities/kmf/issue-key.ts', 'src/reference-points/pc6/refusals.ts'] },
  F6: {
    code: ['src/reference-points/zn/cause-of.ts', 'src/reference-points/pc8/cause-of.ts'],
    scenarios: ['kmf-down', 'bsf-down', 'hss-down'],
  },
  F7: {
    code: ['src/entities/hss/multimedia-auth.ts', 'src/entities/kmf/push.ts'],
    tests: [`${resync}AUTS refused by the HSS: failed, and the RAND is used up`],
  },
  F8: {
    code: ['src/entities/ue/key-retrieval.ts', 'src/io/https/pc8-client.ts'],
    tests: [`${retrieval}is REJECT #6 when the KMF is not reachable`, `${retrieval}HTTP 5xx`],
  },
  F9: {
    code: ['src/entities/ue/key-retrieval.ts'],
    tests: [
      `${retrieval}a malformed answer, HTTP 4xx`,
      `${retrieval}B49: the PDK has 31 octets`,
      `${retrieval}B49, R25`,
    ],
  },
  F10: {
    code: ['src/reference-points/pc5/causes.ts', 'src/entities/ue/link/check-request.ts'],
    tests: ['testbed/network-refusals.test.ts: B13: UEs without a common algorithm'],
  },
  F11: {
    code: ['src/entities/ue/link/verify-command.ts', 'src/reference-points/pc5/security-capabilities.ts'],
    scenarios: ['downgrade'],
    tests: ['scenarios/pc5/command-checks.test.ts: R19, B20: EEA0 is chosen, which was not offered'],
  },
  F12: { code: ['src/entities/ue/link/verify-command.ts'], scenarios: ['wrong-ue2'] },
  F13: {
    code: ['src/entities/ue/gba/push.ts', 'src/entities/ue/link/verify-command.ts'],
    scenarios: ['foreign-gpi'],
    tests: [
      `${gpiChecks}'B25: AUTN is bad': SECURITY MODE REJECT 8`,
      `${gpiChecks}R25, B24: no GPI after an IMSI`,
    ],
  },
  F14: {
    code: ['src/entities/ue/link/commanding.ts', 'src/entities/kmf/resolve-naf-keys.ts'],
    scenarios: ['gpi-resync'],
    tests: ['scenarios/pc5/gba-push.test.ts: ERR_GPI_SYNC: a second one in the set-up ends it'],
  },
  F15: { code: ['src/entities/ue/link/initiator.ts'], scenarios: ['mac-failure'] },
  F16: { code: ['src/entities/ue/link/commanding.ts', 'src/entities/ue/link/completing.ts'] },
  F17: {
    code: ['src/entities/ue/link/initiator.ts', 'src/reference-points/pc5/timers.ts'],
    tests: [
      'scenarios/pc5/set-up.test.ts: repeats the REQUEST octet for octet, three times, and gives up after 32 s',
    ],
  },
  F18: {
    code: ['src/entities/ue/set-up.ts', 'src/entities/ue/imsi-cap.ts'],
    scenarios: ['refused-imsi-policy'],
    tests: ['scenarios/pc5/renegotiation.test.ts: R13: the cap holds over all peers'],
  },
}

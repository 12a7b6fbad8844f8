// The sentences of the change request that say what shall be, in our words: where the code is and what shows each.

const ue = 'src/entities/ue'
const kmf = 'src/entities/kmf'
const pc5 = 'src/reference-points/pc5'
const resolve = `${kmf}/resolve-naf-keys.ts`
const issue = `${kmf}/issue-key.ts`
const retrieve = `${kmf}/retrieve-key.ts`
const verify = `${ue}/link/verify-command.ts`

const steps = 'testbed/steps.test.ts: '
const told = 'testbed/network.test.ts: '
const shows = 'testbed/scenarios.test.ts: '
const requirements = 'scenarios/pc5/requirements.test.ts: '
const setUp = 'scenarios/pc5/set-up.test.ts: '
const live = 'scenarios/pc5/live-link.test.ts: '
const renegotiation = 'scenarios/pc5/renegotiation.test.ts: '
const commandChecks = 'scenarios/pc5/command-checks.test.ts: '
const gpiChecks = 'scenarios/pc5/gpi-checks.test.ts: '
const pushed = 'scenarios/pc5/gba-push.test.ts: '
const rules = 'entities/ue/identity-rule.test.ts: '
const issueKey = 'entities/kmf/issue-key.test.ts: '
const retrieveKey = 'entities/kmf/retrieve-key.test.ts: '
const push = 'entities/kmf/push.test.ts: '
const tls = 'io/https/pc8-tls.test.ts: '

const imsiBound = 'policy `imsiOverPc5`, once per set-up, at most 10 an hour over all peers (R13)'
const pushBound = 'at most 3 pushes a minute for an IMSI (R45)'

export const seed = [
  {
    ...{
      id: 'S1',
      clause: '6.X.1',
      says: 'Informative. Direct communication begins with a secure link over PC5',
    },
    ...{ code: [`${ue}/set-up.ts`], scenarios: ['7a'], tests: [`${setUp}secures a link with equal keys`] },
  },
  {
    ...{ id: 'S2', clause: '6.X.1', says: 'Informative. The link is maintained' },
    ...{ code: [`${ue}/link/established.ts`], tests: [`${live}keeps an idle link for its whole hour`] },
  },
  {
    ...{ id: 'S3', clause: '6.X.1', says: 'Informative. The link is released by either UE' },
    ...{
      code: [`${ue}/link/established.ts`],
      tests: [`${live}by ue1 ends the link`, `${live}by ue2 ends the link`],
    },
  },
  {
    ...{ id: 'S4', clause: '6.X.2', says: 'UE and KMF talk under the protection that PC8 has anyway' },
    code: ['src/io/https/psk-gate.ts', 'src/io/https/pc8-server.ts', `${kmf}/associate.ts`],
    tests: [
      `${tls}TLS 1.3: the key of a B-TID secures the connection`,
      `${tls}B38: TLS 1.3: an unknown identity gets an alert`,
      `${retrieveKey}a connection whose key expired is not served`,
    ],
  },
  {
    ...{ id: 'S5', clause: '6.X.2', says: 'UE-1 and UE-2 authenticate each other' },
    code: [verify, `${ue}/link/commanding.ts`],
    tests: [
      `${requirements}6.X.2: UE-2 with another PDK is no UE-2 for UE-1`,
      `${requirements}6.X.2: who only says the B-TID of UE-1 gets no link with UE-2`,
    ],
  },
  {
    ...{ id: 'S6', clause: '6.X.2', says: 'Only UEs that are authorised for it set up security over PC5' },
    code: [`${kmf}/authorise.ts`],
    scenarios: ['refused-step5', 'refused-step7'],
    tests: [
      'testbed/network-refusals.test.ts: R10: refused at step 5, nothing leaves the PLMN: no one-to-one',
      'testbed/network-refusals.test.ts: R10: refused in 7a with 5633, no key leaves KMF-1: the HSS gives it no',
    ],
  },
  {
    ...{ id: 'S7', clause: '6.X.3.1', says: 'Keys of bootstrapping serve wherever there are any' },
    ...{ code: [resolve], tests: [`${steps}6.X.3.1: no push where a B-TID and its keys serve`] },
  },
  {
    ...{ id: 'S8', clause: '6.X.3.1', says: 'GBA push serves only where B-TID or Ks are not to be had' },
    code: [resolve, `${kmf}/push.ts`],
    tests: [`${steps}6.X.3.1: a push where they do not`, `${push}'7d': 'IMSI'`],
  },
  {
    ...{ id: 'S9', clause: '6.X.3.1', says: 'The key that comes out authenticates both UEs and secures PC5' },
    code: ['src/crypto/prose-keys.ts', `${pc5}/security-context.ts`],
    tests: [`${requirements}6.X.2: UE-2 with another PDK`, `${told}tells who decided what and why`],
    bounds: 'a PDK lives an hour at most (R29)',
  },
  {
    ...{ id: 'S10', clause: '6.X.3.2', says: 'Two home networks, each with its KMF, are the general case' },
    ...{ code: ['src/nodes/kmf-node.ts', 'src/core/plmn-table.ts'], scenarios: ['7a'] },
  },
  {
    ...{
      id: 'S11',
      clause: '6.X.3.2',
      says: 'With one home network one KMF does the work of both, without steps 6 and 9',
    },
    ...{ code: [retrieve], scenarios: ['7a-same-kmf'] },
    tests: [
      `${shows}one KMF for both UEs: the same checks, and nothing on PC6`,
      `${retrieveKey}one KMF for both: steps 7 and 8 run here, there is no PC6`,
      'entities/kmf/push-refused.test.ts: one KMF for both UEs: the GPI is in the answer, there is no PC6',
    ],
  },
  {
    ...{ id: 'S12', clause: '6.X.3.2 step 0', says: 'UE-2 has a secure connection with its KMF' },
    ...{ code: [`${ue}/pc8-session.ts`], scenarios: ['7a'], tests: [`${told}begins with steps 0 and 1`] },
  },
  {
    ...{ id: 'S13', clause: '6.X.3.2', says: 'The UE keeps the last used B-TID, also when it has expired' },
    code: [`${ue}/b-tid-memory.ts`],
    tests: ['entities/ue/b-tid-memory.test.ts: R16: stays after its expiry as an identifier, without Ks'],
  },
  {
    ...{ id: 'S14', clause: '6.X.3.2', says: 'So does the KMF, with the IMSI it belongs to' },
    code: ['src/io/store/kmf-store.ts', `${kmf}/ports.ts`],
    scenarios: ['7b-expired'],
    tests: [
      'io/store/sqlite.test.ts: keeps an expired row without its keys',
      'io/store/sqlite.test.ts: of a subscriber keeps the expired row of the last used B-TID only',
    ],
  },
  {
    ...{
      id: 'S15',
      clause: '6.X.3.2',
      says: 'The B-TID stands for the UE, so that its IMSI need not be said',
    },
    code: [`${ue}/identity-rule.ts`],
    scenarios: ['7b-expired'],
    tests: [
      `${rules}R12, R13: an IMSI is only ever sent after`,
      `${renegotiation}rule 3: an expired B-TID is sent`,
    ],
    bounds: 'a B-TID serves 20 set-ups where Ub answers (R16)',
  },
  {
    ...{ id: 'S16', clause: '6.X.3.2 step 1', says: 'UE-1 bootstraps with its BSF' },
    code: [`${ue}/gba/bootstrap.ts`, 'src/entities/bsf/bootstrapping.ts'],
    ...{ scenarios: ['7c-found'], tests: [`${told}begins with steps 0 and 1`] },
  },
  {
    ...{ id: 'S17', clause: '6.X.3.2 step 1', says: 'It may do so while it opens PC8' },
    code: [`${ue}/pc8-session.ts`],
    ...{
      scenarios: ['7a'],
      tests: ['entities/kmf/associate.test.ts: after it, a set-up of this UE as UE-1 is 7a'],
    },
  },
  {
    ...{
      id: 'S18',
      clause: '6.X.3.2 step 2',
      says: 'UE-1 and UE-2 discover each other by Model A or Model B',
    },
    code: [`${ue}/discovery.ts`, `${pc5}/discovery.ts`],
    scenarios: ['7a'],
    tests: [
      'entities/ue/discovery.test.ts: Model A: the monitor gets the Layer-2 ID',
      'entities/ue/discovery.test.ts: Model B: the discoverer gets the Layer-2 ID',
      `${told}finds UE-2 by solicitation and response (Model B)`,
    ],
  },
  {
    ...{ id: 'S19', clause: '6.X.3.2 step 3', says: 'A REQUEST of UE-1 begins the link' },
    code: [`${ue}/link/initiator.ts`, `${pc5}/messages.ts`],
    tests: [`${told}is secured over real sockets, every message in the order of its step`],
    bounds: 'UE-2 holds 64 half-open links, 4 for a Layer-2 ID (R44)',
  },
  {
    id: 'S20',
    clause: '6.X.3.2 step 3',
    says: 'The REQUEST has UE-1 ID, DKSI, the NAF-ID of KMF-1, the algorithms of UE-1 and Nonce_1',
    ...{
      code: [`${pc5}/messages.ts`],
      tests: [`${steps}steps 3, 4 and 6`, 'reference-points/pc5/worked-example.test.ts: seed form'],
    },
  },
  {
    ...{
      id: 'S21',
      clause: '6.X.3.2 step 3',
      says: 'DKSI names the security context that the PDK will give',
    },
    code: [`${ue}/link/choose-octet.ts`, `${ue}/link/link-table.ts`],
    tests: [
      `${steps}steps 3, 11, 12: the DKSI is that of the context at both UEs`,
      `${setUp}R21: the same octets drawn`,
    ],
  },
  {
    ...{ id: 'S22', clause: '6.X.3.2 step 3', says: 'Either the B-TID or the IMSI is sent, never both' },
    code: [`${pc5}/information-elements.ts`, 'src/core/identities/ue1-id.ts'],
    tests: [
      `${renegotiation}one identity in every REQUEST, never both`,
      'reference-points/pc5/bad-input.test.ts: B7: a second identity is answered',
    ],
  },
  {
    ...{ id: 'S23', clause: '6.X.3.2 step 3, rule 1', says: 'A valid B-TID with its Ks is sent' },
    ...{ code: [`${ue}/identity-rule.ts`], scenarios: ['7a'] },
    tests: [
      `${rules}rule 1: a valid B-TID`,
      `${renegotiation}rule 1: a valid B-TID is sent, and Ub is not asked`,
    ],
    bounds: 'renewed after 20 set-ups or 24 h where Ub answers (R16)',
  },
  {
    ...{
      id: 'S24',
      clause: '6.X.3.2 step 3, rule 2',
      says: 'In place of an expired B-TID a new one, where bootstrapping is possible',
    },
    code: [`${ue}/identity-rule.ts`],
    tests: [`${rules}rule 2`, `${renegotiation}rule 2: an expired B-TID is replaced where Ub answers`],
  },
  {
    id: 'S25',
    clause: '6.X.3.2 step 3, rule 3',
    says: 'Where it is not, the expired B-TID, only if UE and KMF have used it; else the IMSI, which the rules leave open',
    ...{ code: [`${ue}/identity-rule.ts`, `${ue}/b-tid-memory.ts`], scenarios: ['7b-expired'] },
    tests: [
      `${rules}rule 3`,
      `${renegotiation}rule 3: an expired B-TID is sent`,
      `${renegotiation}gap: an expired B-TID`,
    ],
  },
  {
    ...{
      id: 'S26',
      clause: '6.X.3.2 step 3, rule 4',
      says: 'Without a B-TID UE-1 bootstraps and sends the new one',
    },
    code: [`${ue}/identity-rule.ts`],
    tests: [`${rules}rule 4`, `${renegotiation}rule 4: without a B-TID UE-1 bootstraps first`],
  },
  {
    ...{
      id: 'S27',
      clause: '6.X.3.2 step 3, rule 5',
      says: 'Without a B-TID and without bootstrapping the IMSI is sent',
    },
    ...{ code: [`${ue}/identity-rule.ts`, `${ue}/set-up.ts`], scenarios: ['7d-imsi', 'refused-imsi-policy'] },
    ...{ tests: [`${rules}rule 5`, `${pushed}7d: UE-1 sent its IMSI`], bounds: imsiBound },
  },
  {
    id: 'S28',
    clause: '6.X.3.2 step 3, rule 6',
    says: 'After a re-negotiation request and without bootstrapping the IMSI is sent',
    ...{ code: [`${ue}/identity-rule.ts`, `${ue}/set-up.ts`], scenarios: ['7c-renegotiate-imsi'] },
    tests: [`${rules}rule 6`, `${renegotiation}rule 6: sends the IMSI when Ub does not answer`],
    bounds: `${imsiBound}; "previously" means in this set-up (R11)`,
  },
  {
    ...{
      id: 'S29',
      clause: '6.X.3.2 step 4',
      says: 'UE-2 asks its KMF with UE-1 ID, its own ProSe UE ID and the NAF-ID',
    },
    code: [`${ue}/key-retrieval.ts`, 'src/reference-points/pc8/messages.ts'],
    tests: [`${steps}steps 3, 4 and 6`, `${retrieveKey}R1, B47`],
    bounds: '60 requests a minute of a UE-2, 10 for a UE-1 ID (R45), 2 under way for a UE-1 ID (R44)',
  },
  {
    id: 'S30',
    clause: '6.X.3.2 step 5',
    says: 'KMF-2 checks that UEs of the home network of NAF-ID may link with UE-2',
    ...{ code: [`${kmf}/authorise.ts`, retrieve], scenarios: ['refused-step5'] },
    tests: [`${retrieveKey}step 5: no row of UE-2`, `${told}tells who decided what and why`],
  },
  {
    ...{ id: 'S31', clause: '6.X.3.2 step 6', says: 'KMF-2 asks KMF-1 over PC6' },
    code: ['src/reference-points/pc6/key-request.ts', 'src/nodes/kmf-node.ts'],
    tests: [`${retrieveKey}step 6: asks the home of UE-1`, `${told}is secured over real sockets`],
    bounds: '1000 requests a second of a peer KMF (R45)',
  },
  {
    ...{
      id: 'S32',
      clause: '6.X.3.2 step 6',
      says: 'It names UE-1 ID, the ProSe UE ID of UE-2 and the NAF-ID',
    },
    ...{ code: ['src/reference-points/pc6/key-request.ts'], tests: [`${steps}steps 3, 4 and 6`] },
  },
  {
    ...{ id: 'S33', clause: '6.X.3.2 steps 6, 9', says: 'With one KMF there is neither' },
    ...{ code: [retrieve], scenarios: ['7a-same-kmf'] },
    tests: [`${shows}one KMF for both UEs: the same checks, and nothing on PC6`],
  },
  {
    id: 'S34',
    clause: '6.X.3.2 step 7a',
    says: 'B-TID and NAF key here and valid: UE-1 must be allowed to link with UEs of the home network of UE-2',
    ...{ code: [resolve, `${kmf}/authorise.ts`], scenarios: ['7a', 'refused-step7'] },
    tests: [
      `${issueKey}7a: B-TID and its key found and valid`,
      `${issueKey}R10: unknown IMSI, unauthorised IMSI`,
    ],
  },
  {
    ...{ id: 'S35', clause: '6.X.3.2 step 7a', says: 'Then step 8, with the key that is here' },
    ...{ code: [resolve], tests: [`${told}tells who decided what and why`] },
  },
  {
    id: 'S36',
    clause: '6.X.3.2 step 7b',
    says: 'B-TID here but expired or too old for the KMF: the same check of UE-1',
    ...{ code: [resolve], scenarios: ['7b-expired', '7b-too-old'] },
    tests: [
      `${push}no row in the table: no vector is spent, in 7b and 7d`,
      `${push}7b: kept settings that do not allow it`,
    ],
  },
  {
    ...{
      id: 'S37',
      clause: '6.X.3.2 step 7b',
      says: 'Then KMF-1 gets a GPI and NAF keys from the BSF, and step 8',
    },
    code: [`${kmf}/push.ts`, 'src/entities/bsf/push.ts', 'src/reference-points/zn/push-info.ts'],
    ...{ scenarios: ['7b-expired'], bounds: pushBound },
    tests: [
      `${push}'7b': 'B-TID found, older than the maximum`,
      `${shows}7b: the expired B-TID is an identifier only`,
    ],
  },
  {
    id: 'S38',
    clause: '6.X.3.2 NOTE 1',
    says: 'Informative. Re-negotiation would do in 7b, GBA push is preferred: this KMF pushes',
    ...{
      code: [resolve],
      scenarios: ['7b-too-old'],
      tests: [`${steps}NOTE 1: 7b pushes and asks nobody to bootstrap`],
    },
  },
  {
    ...{
      id: 'S39',
      clause: '6.X.3.2 step 7c',
      says: 'B-TID not here: KMF-1 asks the BSF for NAF keys with it',
    },
    code: [resolve, `${kmf}/naf-key.ts`, 'src/entities/bsf/naf-keys.ts'],
    ...{ scenarios: ['7c-found'], tests: [`${issueKey}7c found: the BSF is asked`] },
  },
  {
    ...{
      id: 'S40',
      clause: '6.X.3.2 step 7c',
      says: 'If it has them, UE-1 is who the USS says and must be allowed to link, then step 8',
    },
    code: [`${kmf}/subscriber.ts`, `${kmf}/authorise.ts`],
    tests: [
      'testbed/network-refusals.test.ts: R10: refused in 7c-found with 5633, no key leaves KMF-1: its KMF knows no row',
      `${issueKey}R8: permission revoked while the BSF is asked`,
    ],
  },
  {
    ...{
      id: 'S41',
      clause: '6.X.3.2 step 7c',
      says: 'If it has none, KMF-1 sends a re-negotiation request toward UE-1',
    },
    code: [resolve, 'src/reference-points/zn/cause-of.ts'],
    scenarios: ['7c-renegotiate-bootstrap'],
    tests: [`${issueKey}R14, 7c not found: re-negotiation after the 5403`],
    bounds: 'only when the BSF says that it is unknown; an outage is a temporary failure (R14)',
  },
  {
    id: 'S42',
    clause: '6.X.3.2 NOTE 2',
    says: 'Informative. No GBA push there, because nobody can say whose B-TID it is',
    code: [resolve],
    tests: [`${push}7c, not found`, `${push}an expired row of another B-TID of UE-1 is no reason to push`],
  },
  {
    ...{
      id: 'S43',
      clause: '6.X.3.2 NOTE 2',
      says: 'Informative. UE-1 comes back with a new B-TID, or with its IMSI, which leads to GBA push',
    },
    ...{ code: [`${ue}/set-up.ts`], scenarios: ['7c-renegotiate-bootstrap', '7c-renegotiate-imsi'] },
  },
  {
    ...{
      id: 'S44',
      clause: '6.X.3.2 step 7d',
      says: 'IMSI: UE-1 must be allowed to link with UEs of the home network of UE-2',
    },
    ...{ code: [resolve, `${kmf}/authorise.ts`], scenarios: ['7d-imsi'] },
    tests: [
      `${push}no row in the table: no vector is spent`,
      `${push}the settings that come with the GPI do not allow it`,
    ],
  },
  {
    ...{
      id: 'S45',
      clause: '6.X.3.2 step 7d',
      says: 'The IMSI is translated for the BSF where that is needed: to the IMPI',
    },
    ...{
      code: ['src/core/identities/subscriber.ts', resolve],
      tests: [`${push}7b names the kept IMPI, whatever its form`],
    },
  },
  {
    ...{
      id: 'S46',
      clause: '6.X.3.2 step 7d',
      says: 'Then KMF-1 gets a GPI and NAF keys from the BSF, and step 8',
    },
    code: [`${kmf}/push.ts`, 'src/entities/bsf/push.ts'],
    ...{ scenarios: ['7d-imsi'], bounds: pushBound },
    tests: ['testbed/push.test.ts: 7d: UE-1 has its IMSI only', `${push}'7d': 'IMSI'`],
  },
  {
    ...{
      id: 'S47',
      clause: '6.X.3.2 step 8',
      says: 'KMF-1 derives the PDK from Ks_(ext)_NAF and the ProSe UE ID of UE-2',
    },
    code: [issue, 'src/crypto/prose-keys.ts'],
    tests: [
      `${issueKey}step 8, vector`,
      'crypto/prose-keys.test.ts: PDK, KD-sess, PEK and PIK',
      'crypto/chain.test.ts: to PDK',
    ],
  },
  {
    ...{ id: 'S48', clause: '6.X.3.2 step 9', says: 'KMF-1 gives KMF-2 the PDK over PC6' },
    ...{ code: ['src/reference-points/pc6/key-request.ts'], tests: [`${steps}step 9`] },
  },
  {
    ...{ id: 'S49', clause: '6.X.3.2 step 9', says: 'And the GPI, when step 7 brought one' },
    ...{ code: [issue], scenarios: ['7d-imsi'], tests: [`${steps}steps 9, 10, 12: one GPI`] },
  },
  {
    ...{ id: 'S50', clause: '6.X.3.2 step 10', says: 'KMF-2 gives UE-2 the PDK' },
    ...{ code: [retrieve, 'src/reference-points/pc8/messages.ts'], tests: [`${steps}step 10`] },
  },
  {
    ...{ id: 'S51', clause: '6.X.3.2 step 10', says: 'And the GPI, when step 9 brought one' },
    ...{
      code: [retrieve],
      tests: [`${steps}steps 9, 10, 12: one GPI`, `${retrieveKey}an answer without a GPI to an IMSI`],
    },
  },
  {
    id: 'S52',
    clause: '6.X.3.2 step 11',
    says: 'UE-2 derives KD-sess from PDK and both nonces, and from it the keys of ciphering and integrity',
    ...{ code: ['src/crypto/prose-keys.ts', `${ue}/link/commanding.ts`] },
    tests: [
      `${told}tells who decided what and why`,
      'crypto/prose-keys.test.ts: every other input gives another key',
    ],
  },
  {
    ...{ id: 'S53', clause: '6.X.3.2 step 11', says: 'And stores them with the DKSI' },
    code: [`${ue}/link/link-table.ts`],
    tests: [`${steps}steps 3, 11, 12: the DKSI`, 'scenarios/pc5/request-checks.test.ts: R21, B14'],
    bounds: 'provisionally, until step 14 verified (R21)',
  },
  {
    id: 'S54',
    clause: '6.X.3.2 step 12',
    says: 'The Command has UE-2 ID, DKSI, the chosen algorithms, those of UE-1 and Nonce_2',
    ...{ code: [`${pc5}/messages.ts`, `${ue}/link/commanding.ts`], tests: [`${steps}step 12`] },
  },
  {
    ...{ id: 'S55', clause: '6.X.3.2 step 12', says: 'Under a MAC of the integrity key' },
    code: [`${pc5}/security-context.ts`],
    tests: [
      `${setUp}protects each message as step 14 says`,
      `${commandChecks}R18: every octet of the Command is covered`,
    ],
  },
  {
    ...{ id: 'S56', clause: '6.X.3.2 step 12', says: 'And the GPI, when step 10 brought one' },
    ...{
      code: [`${ue}/link/commanding.ts`],
      scenarios: ['7d-imsi'],
      tests: [`${steps}steps 9, 10, 12: one GPI`],
    },
  },
  {
    ...{ id: 'S57', clause: '6.X.3.2 step 13', says: 'UE-1 processes the GPI when there is one' },
    ...{ code: [`${ue}/gba/push.ts`], scenarios: ['7d-imsi', 'gpi-resync'] },
    tests: [
      `${gpiChecks}'B25: AUTN is bad': SECURITY MODE REJECT 8`,
      `${pushed}R25: 7b after a valid B-TID: the GPI wins`,
    ],
  },
  {
    ...{
      id: 'S58',
      clause: '6.X.3.2 step 13',
      says: 'Otherwise it uses the Ks_(ext)_NAF of the B-TID of step 3',
    },
    code: [`${ue}/set-up.ts`, 'src/crypto/gba-keys.ts'],
    ...{
      scenarios: ['7a', '7c-found'],
      tests: [`${commandChecks}R25, B24: a Command without GPI after an IMSI is refused`],
    },
  },
  {
    ...{ id: 'S59', clause: '6.X.3.2 step 13', says: 'UE-1 derives the PDK as KMF-1 did' },
    code: ['src/crypto/prose-keys.ts', `${ue}/link/initiator.ts`],
    tests: [`${told}tells who decided what and why`, `${requirements}6.X.2: UE-2 with another PDK`],
  },
  {
    ...{
      id: 'S60',
      clause: '6.X.3.2 step 13',
      says: 'And KD-sess and its keys, which it stores with the DKSI',
    },
    ...{
      code: [verify, `${ue}/link/link-table.ts`],
      tests: [`${steps}steps 3, 11, 12: the DKSI`, `${setUp}secures a link`],
    },
  },
  {
    ...{ id: 'S61', clause: '6.X.3.2 step 13', says: 'UE-1 checks the MAC of the Command' },
    ...{
      code: [verify],
      scenarios: ['mac-failure'],
      tests: [`${commandChecks}R26, B17: the MAC-I is made with the PDK of`],
    },
  },
  {
    ...{
      id: 'S62',
      clause: '6.X.3.2 step 13',
      says: 'And takes no Command whose list of algorithms is not the one it sent',
    },
    ...{ code: [`${pc5}/security-capabilities.ts`, verify], scenarios: ['downgrade'] },
    tests: [
      `${commandChecks}R18, B19: capabilities differ by one bit`,
      `${commandChecks}R18: each bit of the capabilities`,
    ],
  },
  {
    ...{ id: 'S63', clause: '6.X.3.2 step 14', says: 'UE-1 sends COMPLETE under a MAC of the integrity key' },
    code: [`${ue}/link/completing.ts`, `${pc5}/pdcp.ts`],
    tests: [`${setUp}protects each message as step 14 says`, `${live}B28: COMPLETE with a wrong MAC`],
  },
  {
    ...{
      id: 'S64',
      clause: '6.X.3.2 step 14',
      says: 'From then on every message is ciphered and under a MAC',
    },
    code: [`${ue}/link/established.ts`, `${pc5}/security-context.ts`],
    tests: [
      `${steps}step 14: what follows is ciphered and has a MAC`,
      `${live}R11: an unprotected RELEASE (B31)`,
    ],
    bounds: 'ciphering may be null where both UEs allow it by policy (R19)',
  },
  {
    ...{
      id: 'S65',
      clause: '6.X.3.3',
      says: 'KMF-1 may send a re-negotiation request to UE-1 by way of UE-2',
    },
    ...{ code: [resolve], scenarios: ['7c-renegotiate-bootstrap'] },
    tests: [`${shows}6.X.3.3: the request goes from KMF-1 to UE-1, once`],
  },
  {
    ...{ id: 'S66', clause: '6.X.3.3 step 1', says: 'Under the conditions of step 7c' },
    ...{ code: ['src/reference-points/zn/cause-of.ts'], scenarios: ['bsf-down'] },
    tests: [
      `${issueKey}R14, 7c not found: re-negotiation`,
      `${issueKey}R14: TemporaryFailure: no answer within 8 s`,
    ],
  },
  {
    ...{ id: 'S67', clause: '6.X.3.3 step 2', says: 'KMF-1 sends it to KMF-2' },
    code: ['src/reference-points/pc6/key-request.ts'],
    tests: [
      `${shows}6.X.3.3: the request goes`,
      'reference-points/pc6/key-request.test.ts: R10: BTidUnknown is told as',
    ],
  },
  {
    ...{ id: 'S68', clause: '6.X.3.3 step 3', says: 'KMF-2 relays it to UE-2' },
    code: ['src/reference-points/pc8/cause-of.ts'],
    tests: [`${shows}6.X.3.3: the request goes`, `${retrieveKey}BTidUnknown: 5403 on PC6 becomes`],
  },
  {
    ...{ id: 'S69', clause: '6.X.3.3 step 4', says: 'UE-2 sends it to UE-1' },
    code: [`${ue}/link/responder.ts`],
    tests: [
      `${shows}6.X.3.3: the request goes`,
      `${renegotiation}bootstraps and comes back with the new B-TID`,
    ],
  },
  {
    ...{ id: 'S70', clause: '6.X.3.3 step 5', says: 'UE-1 goes on as step 3 says' },
    ...{ code: [`${ue}/set-up.ts`], scenarios: ['7c-renegotiate-bootstrap', '7c-renegotiate-imsi'] },
    tests: [`${renegotiation}bootstraps and comes back with the new B-TID`],
    bounds: 'once per set-up (R12)',
  },
  {
    ...{
      id: 'S71',
      clause: '6.Y.1',
      says: 'Informative. Relay communication begins with the discovery of a relay',
    },
    code: [`${ue}/discovery.ts`],
    ...{
      scenarios: ['relay'],
      tests: ['entities/ue/discovery.test.ts: finds a relay by its Relay Service Code'],
    },
  },
  {
    id: 'S72',
    clause: '6.Y.2',
    says: 'The requirements of 6.X.2 hold for the remote UE as UE-1 and the relay as UE-2',
    ...{ code: [`${kmf}/authorise.ts`], scenarios: ['relay'] },
    tests: [
      `${retrieveKey}R9: a relay set-up needs flags 2 and 4 of UE-2`,
      `${issueKey}R9: a relay set-up needs flags 3 and 4 of UE-1`,
    ],
  },
  {
    ...{ id: 'S73', clause: '6.Y.2', says: 'Only a Public Safety UE may be a relay' },
    ...{ code: [`${kmf}/authorise.ts`], scenarios: ['relay-not-public-safety'] },
    tests: [`${retrieveKey}R9: a relay set-up needs flags 2 and 4 of UE-2`],
  },
  {
    ...{
      id: 'S74',
      clause: '6.Y.3',
      says: 'The procedures of 6.X.3 serve the remote UE as UE-1 and the relay as UE-2',
    },
    ...{ code: [`${ue}/set-up.ts`, `${ue}/link/check-request.ts`], scenarios: ['relay'] },
  },
]

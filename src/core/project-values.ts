/** A value that no specification gives: what it is and why. The same rows stand in docs/decisions.md. */
interface ProjectValue<Value> {
  readonly value: Value
  readonly reason: string
}

const row = <const Value>(value: Value, reason: string): ProjectValue<Value> => ({ value, reason })

/** Every number, name and form that the change request and the final specifications leave open. */
export const projectValues = {
  fcPdk: row(0xf1, 'FC of the PDK: none is allocated; far above the highest seen (0x8e in TS 33.533)'),
  fcRequestToken: row(0xf2, 'FC of the request token of extension E2; next to the one of the PDK'),
  fcKdSess: row(0x7f, 'FC of KD-sess: the value of TS 33.536 annex A; that of TS 33.303 could not be read'),
  uaIdProse: row(
    'ff00000002',
    'Ua id of the root of the PDK: the internal organisation, apart from every TLS key',
  ),
  uaIdGpi: row('ff00000001', 'Ua id of the GPI protection key: the internal organisation'),
  gpiFqdn: row(
    'gpi.bsf.3gppnetwork.org',
    'FQDN of the GPI protection key: TS 33.223 5.3.5 could not be read; beside the TMPI name of TS 33.220 B.4',
  ),
  pc6CommandCode: row(16777214, 'PKR/PKA: experimental range of RFC 6733; TS 29.345 has no key request'),
  pc6VendorId: row(
    32473,
    'vendor of the new AVPs: the documentation number of RFC 5612, so no 3GPP code is taken',
  ),
  proseGsid: row('1000001', 'GSID of the ProSe USS: first of the operator range after the example'),
  userInfoTypeBTid: row(4, 'User Info type of a B-TID on PC5: TS 24.334 has none; next after IMSI (3)'),
  ieiNafId: row(0x71, 'IEI of NAF-ID in the REQUEST: unused by every table of TS 24.334'),
  ieiUe2Id: row(0x72, 'IEI of UE-2 ID in the Command'),
  ieiGpiLong: row(0x73, 'IEI of a GPI of 256 to 1024 octets, TLV-E: the TLV of TS 24.334 ends at 255'),
  ieiDksi: row(0x74, 'IEI of DKSI in the Command'),
  ieiExtensions: row(0x75, 'IEI of the extension set'),
  ieiRequestToken: row(0x76, 'IEI of the request token of E2'),
  remoteUeInfoType: row(1, 'Remote UE Info Type that asks for the IMEI: TS 24.334 could not be read for it'),
  renegotiationMessageType: row(
    0x60,
    'PC5 type of BOOTSTRAPPING_RENEGOTIATION_REQUEST: outside the range of TS 24.334',
  ),
  pc8Namespace: row(
    'urn:sidelock:prose:pc8:1',
    'XML namespace of steps 4 and 10: TS 33.303 annex E has no such message',
  ),
  pc8MediaType: row('application/vnd.3gpp-prose-pc8+xml', 'registered media type nearest in meaning'),
  labGroup: row('239.255.23.3', 'multicast group of the lab bearer: administratively scoped, RFC 2365'),
  labPort: row(36323, 'SL-SCH port of the lab bearer in files written by hand; SL-DCH uses the next one'),
  skippedSeq: row(
    2 ** 20,
    'SEQ skipped where the last sequence numbers may be lost (promotion, restore): more than a subscriber uses, 256 of them within the 2^28 that a USIM takes (TS 33.102 C.2.1)',
  ),
  pc8Path: row('/prose/pc8', 'resource of steps 4 and 10'),
} as const satisfies Record<string, ProjectValue<string | number>>

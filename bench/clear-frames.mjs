// The frames of a link without what a link adds: no counter, MAC-I, ciphering, timer, and nobody told.
import { concat } from '../dist/core/bytes.js'
import { decodePdu, encodePdcpHeader, lcids } from '../dist/reference-points/pc5/pdcp.js'
import { decodeFrame, encodeFrame, isFor } from '../dist/reference-points/pc5/sl-sch.js'

const { userData: lcid } = lcids
const source = 0x010203
const macI = { seed: new Uint8Array(4), final: new Uint8Array() }

/** A frame as a UE makes it, zeros for the MAC-I. */
export function clearFrame(destination, octets, profile) {
  const header = encodePdcpHeader({ sduType: 'ip', kdSessId: 0x0101, sn: 1 })
  return encodeFrame({ source, destination, lcid, pdu: concat(header, octets, macI[profile]) })
}

/** What `clearFrame` got, undefined for another destination. */
export function heardInClear(own, octets, profile) {
  const frame = decodeFrame(octets)
  return isFor(frame, own) ? decodePdu(frame.lcid, frame.pdu, profile).data : undefined
}

// The PC5 codec: a message from values, its octets, and what every octet of a frame says. Run: node examples/pc5.mjs
import { decodeSdu, encodeSdu, explainFrame } from 'sidelock'

const sdu = encodeSdu({ type: 'directSecurityModeComplete', sequenceNumber: 2 })
console.log(Buffer.from(sdu).toString('hex'), decodeSdu(sdu))

// SL-SCH frame: MAC header, PDCP header, then a bootstrapping re-negotiation request on LCID 28.
const frame = Buffer.from(`300a0b0c0102031c4000000000600001${'11'.repeat(16)}`, 'hex')
const { name, ranges } = explainFrame(frame)
console.log(name)
for (const { name: field, from, to, text } of ranges) console.log(`${from}-${to - 1}`.padEnd(7), field, text)

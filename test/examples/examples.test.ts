import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = async (example: string) =>
  (await promisify(execFile)(process.execPath, [`examples/${example}`])).stdout

describe('examples', () => {
  it('diameter: a NAF gets a key that does not print, and a typed error for an unknown B-TID', async () => {
    const output = await run('diameter.mjs')
    expect(output).toMatch(/^key \[key\] until \d{4}-/)
    expect(output).toContain('ERR_BTID_UNKNOWN')
  })

  it('pc5: a message becomes octets, and every octet of a frame is explained', async () => {
    const output = await run('pc5.mjs')
    expect(output).toMatch(/^0d0002 /)
    expect(output).toContain('BOOTSTRAPPING_RENEGOTIATION_REQUEST')
    expect(output).toMatch(/16-31 +Nonce_1 11{31}/)
  })
})

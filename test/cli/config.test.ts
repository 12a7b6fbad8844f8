import { describe, expect, it } from 'vitest'
import { config } from '../../src/cli/commands/config.ts'
import { settings } from '../../src/nodes/config/settings.ts'

function printed(path: string | undefined, json = false): readonly string[] {
  const lines: string[] = []
  expect(config(path, { json }, { out: (line) => lines.push(line) })).toBe(0)
  return lines
}

describe('sidelock config', () => {
  it('lists every setting, a line each under a head', () => {
    expect(printed(undefined)).toHaveLength(settings().length + 1)
  })

  it('of a path: what stands under it, with value, default, meaning and clause', () => {
    const lines = printed('kmf.limits')
    expect(lines).toHaveLength(6)
    expect(lines[2]).toMatch(
      /^plmns\[\]\.kmf\.limits\.keyRequestsPerUe2PerMinute +1 to 1000000 or unlimited \/min +60 +of step 4, for each UE-2 \(R45\)$/,
    )
    expect(printed('plmns[1].kmf.limits')).toEqual(lines)
    expect(printed('storeKeyFile')).toHaveLength(4)
  })

  it('--json: a row a setting', () => {
    expect(printed('version', true).map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'row', schema: 1, ...settings()[0] },
    ])
  })

  it('asks back when there is no such setting', () => {
    expect(() => printed('kmf.limit')).toThrow('there is no setting kmf.limit')
    expect(() => printed('limit')).toThrow(expect.objectContaining({ hint: 'did you mean limits' }))
  })
})

import { describe, expect, it } from 'vitest'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { events7a, result7a } from '../../cli/network.ts'
import { recorded, served, tell } from './served.ts'

const json = { 'content-type': 'application/json' }

/** The code of the error in an answer. */
const codeIn = (text: string): unknown => (JSON.parse(text) as { error?: { code?: unknown } }).error?.code

describe('what the console serves', () => {
  it('lists runs, newest last, and gives the lines of each', async () => {
    const { runs, ask } = await served()
    const first = recorded(runs, 2)
    first.ended(result7a)
    recorded(runs, 1, '7c-found')
    const list = JSON.parse((await ask('GET', '/api/runs')).text) as object[]
    expect(list).toEqual([
      { run: 1, scenario: '7a', time: '2030-01-01T00:00:00.000Z', state: 'ended', outcome: 'secured', branch: '7a', expected: true, messages: 0, network: 'standing' }, // prettier-ignore
      { run: 2, scenario: '7c-found', time: '2030-01-01T00:00:00.000Z', state: 'running', outcome: null, branch: null, expected: null, messages: 0, network: 'standing' }, // prettier-ignore
    ])
    const { headers, text } = await ask('GET', '/api/runs/1/lines')
    expect(headers['content-type']).toContain('application/x-ndjson')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event)
    expect(lines).toEqual(['start', 'state', 'state', 'result'])
    expect((await ask('GET', '/api/runs/1/lines?from=3')).text.split('\n')).toHaveLength(2)
  })

  it('has a security policy and no cache on every answer, errors and streams too', async () => {
    const { ask, listen, runs } = await served()
    recorded(runs, 0)
    const answers = [await ask('GET', '/'), await ask('GET', '/api/runs'), await ask('GET', '/nowhere')]
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers).toMatchObject({
        ...{
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cache-control': 'no-store',
        },
        'cross-origin-resource-policy': 'same-origin',
      })
    }
    const stream = listen('/api/stream')
    const head = new Promise<string>((resolve) => stream.socket.once('data', (text) => resolve(String(text))))
    expect(await head).toMatch(/content-security-policy: default-src 'none'[^]*text\/event-stream/)
  })
})

describe('what is taken away', () => {
  it.each([
    ['jsonl', 'application/x-ndjson', /^\{"event":"start"/],
    ['svg', 'image/svg+xml', /^<svg/],
    ['md', 'text/markdown', /./],
    ['pcapng', 'application/vnd.tcpdump.pcap', /^\n\r\r\n/],
  ])('as %s, as a file of that name', async (form, type, begin) => {
    const { ask, runs } = await served()
    const run = recorded(runs, 0)
    events7a().forEach(run.tap)
    run.ended(result7a)
    const { status, headers, text } = await ask('GET', `/api/runs/1/export/${form}`)
    expect([status, headers['content-disposition']]).toEqual([200, `attachment; filename="7a-1.${form}"`])
    expect(headers['content-type']).toContain(type)
    expect(text).toMatch(begin)
  })

  it('what is chosen alone, and no other form than these', async () => {
    const { ask, runs } = await served()
    events7a().forEach(recorded(runs, 0).tap)
    const { text } = await ask('GET', '/api/runs/1/export/jsonl?messages=1,3-4')
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; n?: number }) // prettier-ignore
    expect(lines.filter(({ event }) => event === 'message').map(({ n }) => n)).toEqual([1, 3, 4])
    expect((await ask('GET', '/api/runs/1/export/exe')).status).toBe(404)
    for (const wrong of ['x', '4-1', '1-9999999', ''])
      expect((await ask('GET', `/api/runs/1/export/md?messages=${wrong}`)).status).toBe(400)
  })
})

describe('who may ask', () => {
  it.each([
    ['another name that resolves to us', { host: 'evil.example' }],
    ['that name with our port', { host: 'evil.example:7330' }],
    ['a page of another origin', { origin: 'http://evil.example' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }],
    ['a page without an origin', { origin: 'null' }],
    ['a page that embeds us', { 'sec-fetch-site': 'cross-site' }],
    ['another page of this machine', { 'sec-fetch-site': 'same-site' }],
  ])('refuses %s, reads and acts alike', async (_who, headers) => {
    const { ask } = await served()
    for (const [method, path] of [
      ['GET', '/api/runs'],
      ['GET', '/api/stream'],
      ['POST', '/api/acts'],
    ] as const) {
      const { status, text } = await ask(method, path, { ...json, ...headers }, '{"act":"reset"}')
      expect([status, codeIn(text)]).toEqual([403, 'ERR_FOREIGN_REQUEST'])
    }
  })

  it('serves the page itself by name or address, and from a link elsewhere', async () => {
    const { ask, port } = await served()
    const statusOf = async (headers: Record<string, string>) => (await ask('GET', '/', headers)).status
    expect(await statusOf({ host: `localhost:${port}` })).toBe(200)
    expect(await statusOf({ host: `[::1]:${port}` })).toBe(200)
    expect(await statusOf({ origin: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` })).toBe(200)
    expect(await statusOf({ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' })).toBe(200)
  })
})

describe('hostile input', () => {
  it.each([
    ['no JSON', { 'content-type': 'text/plain' }, 'act=run', 415, 'ERR_MEDIA_TYPE'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'act=run', 415, 'ERR_MEDIA_TYPE'],
    ['half of JSON', json, '{"act":', 400, 'ERR_MALFORMED_REQUEST'],
    ['a list', json, '["run"]', 400, 'ERR_INVALID_VALUE'],
    ['no act', json, '{}', 400, 'ERR_INVALID_VALUE'],
    ['an act that is an object', json, '{"act":{}}', 400, 'ERR_INVALID_VALUE'],
    ['an unknown act', json, '{"act":"drop"}', 400, 'ERR_ACT'],
    ['a prototype', json, '{"__proto__":{"act":"run"}}', 400, 'ERR_MALFORMED_REQUEST'],
    ['a long text', json, `{"act":"${'x'.repeat(65)}"}`, 400, 'ERR_INVALID_VALUE'],
    ['a long body', json, `{"act":"${'x'.repeat(5000)}"}`, 413, 'ERR_TOO_LARGE'],
  ])('B71: refuses %s and serves on', async (_what, headers, body, status, code) => {
    const { ask, faults } = await served()
    const answer = await ask('POST', '/api/acts', headers, body)
    expect([answer.status, codeIn(answer.text)]).toEqual([status, code])
    expect(answer.text).not.toContain('xxxxx')
    expect((await ask('GET', '/api/runs')).status).toBe(200)
    expect(faults).toEqual([])
  })

  it.each([
    ['a run that is not there', '/api/runs/99/lines', 404],
    ['a run that is none', '/api/runs/x/lines', 404],
    ['a negative index', '/api/runs/1/lines?from=-1', 400],
    ['an index in another form', '/api/runs/1/lines?from=1e9', 400],
    ['the stream of no run', '/api/stream?run=99', 404],
    ['a file of the disk', '/../package.json', 404],
    ['the same in other words', '/%2e%2e/package.json', 404],
    ['a long address', `/${'x'.repeat(20_000)}`, 431],
  ])('refuses %s', async (_what, path, status) => {
    const { ask, runs } = await served()
    recorded(runs, 0)
    expect((await ask('GET', path)).status).toBe(status)
  })

  it('tells the error of an act as the command line does, and a fault of ours without its words', async () => {
    const away = await served({
      perform: () => Promise.reject(new TemporaryFailure('the network is not up yet')),
    })
    const { status, text } = await away.ask('POST', '/api/acts', json, '{"act":"connect"}')
    expect([status, JSON.parse(text)]).toEqual([
      503,
      { error: { code: 'ERR_TEMPORARY_FAILURE', message: 'the network is not up yet' } },
    ])
    const broken = await served({ perform: () => Promise.reject(new Error('inner words')) })
    const fault = await broken.ask('POST', '/api/acts', json, '{"act":"connect"}')
    expect([fault.status, codeIn(fault.text), broken.faults.length]).toEqual([500, 'ERR_INTERNAL', 1])
    expect(fault.text).not.toContain('inner words')
  })
})

describe('the stream', () => {
  it('gives the lines of the newest run, tells of a new one and goes on with that', async () => {
    const { runs, listen } = await served()
    const first = recorded(runs, 1)
    const { events, until } = listen('/api/stream')
    await until((all) => all.filter(({ event }) => event === 'line').length === 2)
    expect(events.map(({ event, id }) => [event, id])).toEqual([
      ['armed', undefined],
      ['line', '1:0'],
      ['line', '1:1'],
    ])
    first.ended(result7a)
    recorded(runs, 0, '7c-found')
    await until((all) => all.at(-1)?.id === '2:0')
    expect(events.slice(3).map(({ event, id }) => [event, id])).toEqual([
      ['run', undefined],
      ['run', undefined],
      ['line', '1:2'],
      ['line', '2:0'],
    ])
  })

  it('goes on where Last-Event-ID says, or at `from`', async () => {
    const { runs, listen } = await served()
    recorded(runs, 5)
    const resumed = listen('/api/stream?run=1', { 'Last-Event-ID': '1:3' })
    await resumed.until((all) => all.length === 3)
    expect(resumed.events.slice(1).map(({ id }) => id)).toEqual(['1:4', '1:5'])
    const later = listen('/api/stream?run=1&from=5')
    await later.until((all) => all.length === 2)
    expect(later.events[1]?.id).toBe('1:5')
  })

  it('begins anew when the run that it was of is no longer the newest', async () => {
    const { runs, listen } = await served()
    recorded(runs, 5)
    recorded(runs, 1)
    const { events, until } = listen('/api/stream', { 'Last-Event-ID': '1:3' })
    await until((all) => all.length === 3)
    expect(events.slice(1).map(({ id }) => id)).toEqual(['2:0', '2:1'])
  })

  it('keeps nothing for who does not read: others go on, and a reader later has what is still kept', async () => {
    const { runs, listen } = await served()
    const run = recorded(runs, 0)
    const deaf = listen('/api/stream')
    deaf.socket.pause()
    const awake = listen('/api/stream')
    // More than sockets and the run itself hold.
    for (let turn = 0; turn < 60; turn++) {
      tell(run, 1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await awake.until((all) => all.at(-1)?.id === '1:60000')
    deaf.socket.resume()
    await deaf.until((all) => all.at(-1)?.id === '1:60000')
    const ids = deaf.events.flatMap(({ id }) => (id === undefined ? [] : [Number(id.slice(2))]))
    expect(ids).toEqual([...ids].sort((one, other) => one - other))
    expect(run.size).toBeLessThan(24e6)
  })
})

import { describe, expect, it } from 'vitest'
import { plainRequest } from '../../../src/io/https/plain-request.ts'

const requestLine = 'POST /prose/pc8 HTTP/1.1'
const fields = ['Host: kmf.example.org', 'Content-Type: a/b; charset=utf-8', 'Content-Length: 4']
const textOf = (lines: readonly string[], body = 'body') => [...lines, '', body].join('\r\n')
const read = (text: string) => plainRequest(Buffer.from(text, 'latin1'), requestLine)

describe('a plain request', () => {
  it('has its body and what PC8 looks at', () => {
    const text = textOf([requestLine, ...fields, 'traceparent: 00-1', 'Connection: keep-alive'])
    expect(read(text)).toEqual({
      ...{ host: 'kmf.example.org', mediaType: 'a/b; charset=utf-8', traceparent: '00-1' },
      body: Buffer.from('body'),
    })
    expect(read(textOf([requestLine, ...fields]))?.traceparent).toBe('')
  })

  it.each([
    ['another method', textOf(['GET /prose/pc8 HTTP/1.1', ...fields])],
    ['another target', textOf(['POST /prose/pc8/ HTTP/1.1', ...fields])],
    ['another version', textOf(['POST /prose/pc8 HTTP/1.0', ...fields])],
    ['a body that is not whole', textOf([requestLine, ...fields], 'bod')],
    ['octets behind it', textOf([requestLine, ...fields], 'body ')],
    ['octets before it', `\r\n${textOf([requestLine, ...fields])}`],
    ['no whole head', [requestLine, ...fields, ''].join('\r\n')],
    ['no Host', textOf([requestLine, ...fields.slice(1)])],
    ['no Content-Type', textOf([requestLine, ...fields.slice(0, 1), ...fields.slice(2)])],
    ['no Content-Length', textOf([requestLine, ...fields.slice(0, 2)], '')],
    ['Content-Length with a sign', textOf([requestLine, ...fields.slice(0, 2), 'Content-Length: +4'])],
    ['Content-Length with zeros', textOf([requestLine, ...fields.slice(0, 2), 'Content-Length: 04'])],
    ['a field twice', textOf([requestLine, ...fields, 'Host: kmf.example.org'])],
    ['Transfer-Encoding', textOf([requestLine, ...fields, 'Transfer-Encoding: chunked'])],
    ['Expect', textOf([requestLine, ...fields, 'Expect: 100-continue'])],
    ['Upgrade', textOf([requestLine, ...fields, 'Upgrade: h2c'])],
    ['Connection: close', textOf([requestLine, ...fields, 'Connection: close'])],
    ['Connection that names a field', textOf([requestLine, ...fields, 'Connection: keep-alive, Host'])],
    ['a space before the colon', textOf([requestLine, 'Host : kmf.example.org', ...fields.slice(1)])],
    ['a folded line', textOf([requestLine, ...fields, ' more'])],
    ['a line that ends in LF', textOf([requestLine, `${fields[0]}\nContent-Length: 4`, ...fields.slice(1)])],
    ['a control octet', textOf([requestLine, 'Host: kmf\x00.example.org', ...fields.slice(1)])],
    ['an empty line of octets', ''],
  ])('is not one with %s', (_what, text) => {
    expect(read(text)).toBeUndefined()
  })
})

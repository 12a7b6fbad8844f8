import { describe, expect, it } from 'vitest'
import { Impi, Imsi } from '../../src/core/identities/subscriber.ts'
import { InvalidValue } from '../../src/core/errors.ts'
import { Ks } from '../../src/core/keys.ts'
import { createLogger, type LogLevel } from '../../src/io/log.ts'
import { milenageSubscriber, octets, tuakSubscriber } from '../contracts/values.ts'

/** The lines that a logger writes. */
function logged(
  level: LogLevel,
  write: (logger: ReturnType<typeof createLogger>) => void,
): readonly string[] {
  const lines: string[] = []
  write(createLogger(level, { write: (line) => lines.push(line) }))
  return lines
}

const secret = octets(32, 9)
const forms = [
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('latin1'),
  [...secret].join(','),
]
const names = [
  'k',
  'opc',
  'topc',
  'ck',
  'ik',
  'res',
  'xres',
  'ks',
  'ksNaf',
  'key',
  'pdk',
  'kdSess',
  'pek',
  'pik',
  'psk',
]

describe('the log', () => {
  it('is one JSON object a line, with level and time', () => {
    const [line = '', ...more] = logged('info', (log) => log.info({ node: 'kmf1' }, 'started'))
    expect(more).toEqual([])
    expect(line.endsWith('\n')).toBe(true)
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      node: 'kmf1',
      msg: 'started',
      time: expect.any(String) as string,
    })
  })

  it('holds nothing below its level', () => {
    expect(logged('warn', (log) => log.info('x'))).toEqual([])
    expect(logged('silent', (log) => log.fatal('x'))).toEqual([])
  })

  it.each(names)('R31: what is called %s is hidden, whatever it is and however deep', (name) => {
    const lines = logged('trace', (log) => {
      for (const value of [secret, Buffer.from(secret), ...forms])
        for (const object of [{ [name]: value }, { a: { [name]: value } }, { a: { b: { [name]: value } } }])
          log.trace(object, 'x')
    })
    expect(lines).toHaveLength(18)
    for (const line of lines) for (const form of forms) expect(line).not.toContain(form)
  })

  it('R31: key octets are hidden under any name, in lists, in errors, in text', () => {
    const key = Ks(secret)
    const lines = logged('trace', (log) => {
      log.info(
        { whatever: key, list: [key, [key]], deep: { a: { b: { c: { d: key } } } } },
        `with ${String(key)}`,
      )
      log.error(new InvalidValue('Ks', 'of no use'), 'x')
      log.info({ subscribers: [milenageSubscriber, tuakSubscriber] })
      log.child({ bound: key }).info('y')
    })
    expect(lines).toHaveLength(4)
    const all = lines.join('')
    const keys = [milenageSubscriber, tuakSubscriber].flatMap(({ aka }) => [
      aka.k,
      aka.algorithm === 'TUAK' ? aka.topc : aka.opc,
    ])
    for (const octetsOfKey of [secret, ...keys]) {
      expect(all).not.toContain(Buffer.from(octetsOfKey).toString('hex'))
      expect(all).not.toContain(Buffer.from(octetsOfKey).toString('base64'))
      expect(all).not.toContain([...octetsOfKey].join(','))
    }
  })

  it('R31: IMSI and IMPI are masked', () => {
    const impi = Impi('001010000000001@ims.mnc001.mcc001.3gppnetwork.org')
    const [line = ''] = logged('info', (log) => log.info({ imsi: Imsi('001010000000001'), ue: { impi } }))
    expect(JSON.parse(line)).toMatchObject({ imsi: '00101········01', ue: { impi: '00101········01' } })
  })
})

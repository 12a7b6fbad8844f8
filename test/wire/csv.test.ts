import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedMessage } from '../../src/core/errors.ts'
import { csvCells, csvLine } from '../../src/wire/csv.ts'

const read = (line: string) => csvCells(line).map(({ text }) => text)

function mistakeOf(line: string): [column: number, reason: string] {
  try {
    csvCells(line)
  } catch (error) {
    if (error instanceof MalformedMessage) return [error.offset + 1, error.reason]
    throw error
  }
  throw new Error('it was read')
}

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
})

describe('CSV, RFC 4180', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['', ['']],
    ['a,', ['a', '']],
    [',,', ['', '', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"say ""yes""",', ['say "yes"', '']],
    ['""', ['']],
  ])('reads %j', (line, cells) => expect(read(line)).toEqual(cells))

  it('knows where each value begins', () => {
    expect(csvCells('ab,"c",d').map(({ column }) => column)).toEqual([1, 4, 8])
  })

  it.each([
    ['a"b', 2, 'a quote inside a value'],
    ['a,"b', 3, 'not closed'],
    ['"a"b', 4, 'a comma is needed'],
    ['a\r', 2, 'a carriage return'],
    ['\ufeffimsi', 1, 'a byte order mark'],
    ['a,b\0', 4, 'a NUL'],
    ['é', 1, 'not printable ASCII'],
    ['a\tb', 2, 'not printable ASCII'],
    [',x'.repeat(64), 128, 'more than 64 values'],
    ['x,'.repeat(15_000), 129, 'more than 64 values'],
  ])('B73: refuses %j', (line, column, reason) => {
    const [at, why] = mistakeOf(line)
    expect(at).toBe(column)
    expect(why).toContain(reason)
  })

  it.each(['=1+1', '+1', '-1', '@a', "'=1", "''+", '=cmd|"/c calc"!A0'])(
    'writes %j so that no spreadsheet calculates it, and reads it back',
    (value) => {
      const line = csvLine([value, 'x'])
      expect(line).toMatch(/^"?'/)
      expect(read(line)).toEqual([value, 'x'])
    },
  )

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 10 }), (values) => {
        expect(read(csvLine(values))).toEqual(values)
      }),
      { numRuns: 2_000 },
    )
  })

  it('R40: gives values or MalformedMessage for any line', () => {
    const hostile = fc.string({ unit: fc.constantFrom('"', ',', "'", '=', 'a', '\r', '\0', '\ufeff') })
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string()), (line) => {
        try {
          expect(csvCells(line).length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage)
        }
      }),
      { numRuns: 5_000 },
    )
  })
})

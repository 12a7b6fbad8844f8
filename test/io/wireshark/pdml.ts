import { SaxesParser } from 'saxes'
import { tshark } from '../capture/tshark.ts'

/** One item that tshark shows, with those below it. */
export interface Item {
  /** In display filters. */
  readonly name: string
  /** `Name: what it says`, for a protocol its title. */
  readonly label: string
  /** Hex of its octets. */
  readonly value: string
  readonly from: number
  readonly size: number
  readonly items: Item[]
}

/** What tshark shows of each packet: its protocols. */
export function pdmlOf(path: string, ...options: readonly string[]): readonly (readonly Item[])[] {
  const packets: Item[][] = []
  const open: Item[][] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    const of = (attribute: string) => attributes[attribute] ?? ''
    const items: Item[] = []
    if (name === 'packet') packets.push(items)
    else
      open.at(-1)?.push({
        ...{ name: of('name'), label: of('showname') || of('show'), value: of('value') },
        ...{ from: Number(of('pos')), size: Number(of('size')), items },
      })
    open.push(items)
  })
  parser.on('closetag', () => void open.pop())
  parser.write(tshark(path, ...options, '-T', 'pdml').join('\n')).close()
  return packets
}

import { fieldWord } from '../../ladder/facts.ts'
import type { MessageLine } from './lines.ts'

/** Pairs each answer with what it answers, which is no answer itself: the first unanswered message the other way, of its Diameter session if it has one. */
export class RoundTrips {
  /** Milliseconds that an answer took, by its number. */
  readonly ms = new Map<number, number>()
  readonly #open = new Map<string, MessageLine[]>()

  take(line: MessageLine): void {
    if (line.heartbeat || line.name === 'USER_DATA' || line.to === 'all') return
    const { point, from, to, n } = line
    const asked = this.#open.get(`${point} ${to} ${from}`) ?? []
    const at = asked.findIndex((question) => sessionOf(question) === sessionOf(line))
    const question = asked[at]
    if (question) {
      asked.splice(at, 1)
      this.ms.set(n, line.ms - question.ms)
      return
    }
    const key = `${point} ${from} ${to}`
    const open = this.#open.get(key)
    const repeated = open?.findIndex((other) => point === 'PC5' && other.name === line.name) ?? -1
    if (!open) this.#open.set(key, [line])
    else if (repeated === -1) open.push(line)
    else open[repeated] = line
  }
}

const sessionOf = ({ fields }: MessageLine): string => fieldWord(fields, 'Session-Id')

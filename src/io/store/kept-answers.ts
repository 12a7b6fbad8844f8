import type { AnyQuestion } from './sql.ts'

/** Answers that are kept at once; of more the oldest goes (R43). */
const most = 4096

/** Answers of a database that are right as long as nothing in it changes. */
export class KeptAnswers {
  readonly #capacity: number
  readonly #answers = new Map<AnyQuestion, Map<string, unknown>>()
  #size = 0

  constructor(capacity = most) {
    this.#capacity = capacity
  }

  /** In a list, so that an answer may be undefined; undefined where none is kept. */
  find(question: AnyQuestion, name: string): readonly [unknown] | undefined {
    const known = this.#answers.get(question)
    const answer = known?.get(name)
    return answer === undefined && !known?.has(name) ? undefined : [answer]
  }

  keep(question: AnyQuestion, name: string, answer: unknown): void {
    if (this.#size >= this.#capacity) this.#dropOldest()
    const known = this.#answers.get(question) ?? new Map<string, unknown>()
    this.#answers.set(question, known)
    if (!known.has(name)) this.#size++
    known.set(name, answer)
  }

  forget(): void {
    if (this.#size === 0) return
    this.#answers.clear()
    this.#size = 0
  }

  /** Of the question with the most answers. */
  #dropOldest(): void {
    let longest: Map<string, unknown> | undefined
    for (const answers of this.#answers.values()) if (answers.size > (longest?.size ?? 0)) longest = answers
    const [oldest] = longest?.keys() ?? []
    if (oldest !== undefined && longest?.delete(oldest)) this.#size--
  }
}

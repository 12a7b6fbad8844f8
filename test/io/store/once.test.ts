import { expect, it } from 'vitest'
import { TemporaryFailure } from '../../../src/core/errors.ts'
import { once } from '../../../src/io/store/once.ts'
import type { Database, Session } from '../../../src/io/store/sql.ts'

/** A database whose connection breaks so often, each time when the work was done. */
const breaking = (breaks: number): Pick<Database, 'session'> => ({
  async session<Result>(work: (session: Session) => Promise<Result>) {
    for (let left = breaks; left > 0; left--) await work({} as Session)
    return work({} as Session)
  },
})

/** A table with so many rows to take. */
function rows(left: number): () => Promise<number> {
  return () => Promise.resolve(left-- > 0 ? 1 : 0)
}

it('R35: a row is taken once', async () => {
  const take = rows(1)
  expect(await once(breaking(0), take)).toBe(true)
  expect(await once(breaking(0), take)).toBe(false)
})

it('R48: who cannot know whether he took a row is told of an outage, and not that there was none', async () => {
  await expect(once(breaking(1), rows(1))).rejects.toThrow(TemporaryFailure)
  expect(await once(breaking(1), rows(2))).toBe(true)
})

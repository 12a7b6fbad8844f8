import { TemporaryFailure } from '../../core/errors.ts'

/** Enough that the network has something to do, and no more than any BSF takes. */
const atOnce = 32
const tries = 3

/** Does `work` for all of them, some at once; what fails for the moment is tried again. Throws the first error that stays. */
export async function inParallel<Item>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const all = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = all.next(); next.done !== true; next = all.next()) {
      const { value } = next
      await tried(() => work(value))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function tried(work: () => Promise<unknown>): Promise<void> {
  for (let left = tries; ; left--)
    try {
      await work()
      return
    } catch (error) {
      if (!(error instanceof TemporaryFailure) || left === 1) throw error
    }
}

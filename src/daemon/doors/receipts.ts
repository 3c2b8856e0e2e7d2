import { remember } from '../../base/bounded.ts'

/** More than the downloads that can be under way; of a flood of forged requests the oldest go. */
const most = 4096

/** What happens when an answer has arrived, by the number that comes back then. */
export function createReceipts() {
  const waiting = new Map<number, () => void>()
  let last = 0
  return {
    give(arrived: () => void): number {
      remember(waiting, ++last, arrived, most)
      return last
    },
    arrived(receipt: number): void {
      const arrived = waiting.get(receipt)
      waiting.delete(receipt)
      arrived?.()
    },
  }
}

export type Receipts = ReturnType<typeof createReceipts>

/** Who may write in this turn of the event loop, and who waits for the next one. */
export interface WriteTurns {
  /** Resolves when so many bytes may be written; undefined when they may at once. */
  take(bytes: number): Promise<void> | undefined
}

interface WaitingWriter {
  readonly bytes: number
  readonly go: () => void
}

/**
 * Lets about `budget` bytes be written in each turn of the event loop, in the order of asking. Clients
 * that take all at once would otherwise never let DHCP, scripts, or a slower client have theirs.
 *
 * @param next calls at the end of a turn: `setImmediate`
 */
export function createWriteTurns(budget: number, next: (go: () => void) => void): WriteTurns {
  const waiting: WaitingWriter[] = []
  /** The first of them that has not had its turn. */
  let first = 0
  let left = budget
  let ends = false

  const endTurn = () => {
    if (ends) return
    ends = true
    next(() => {
      ends = false
      left = budget
      for (let turn = waiting[first]; turn && left > 0; turn = waiting[first]) {
        first++
        left -= turn.bytes
        turn.go()
      }
      // Once in a while, since it moves all the others.
      if (first > waiting.length / 2) {
        waiting.splice(0, first)
        first = 0
      }
      if (waiting.length > 0) endTurn()
    })
  }

  return {
    take(bytes) {
      endTurn()
      if (left <= 0 || waiting.length > 0) {
        return new Promise(go => waiting.push({ bytes, go }))
      }
      left -= bytes
      return undefined
    },
  }
}

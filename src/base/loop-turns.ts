/**
 * One after the other, each in a turn of the event loop of its own: many who ask at once for something that
 * takes a while leave time for everybody else. Resolves when it is the asker's turn.
 */
export function createLoopTurns(): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    last = last.then(() => new Promise(resolve => setImmediate(resolve)))
    return last
  }
}

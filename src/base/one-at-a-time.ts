/**
 * Does the same work as often as it is asked for, one after the other. What is asked for while it is under
 * way is done once more after it, however often that was; before that it rests for as long as it took, so
 * that it never has more than half of the time. `work` must not reject.
 */
export function createOneAtATime(work: () => Promise<void>, now: () => number): () => void {
  let state: 'idle' | 'working' | 'asked again' = 'idle'
  const run = async (): Promise<void> => {
    state = 'working'
    const began = now()
    await work()
    await new Promise(resolve => setTimeout(resolve, now() - began).unref())
    // It was asked for meanwhile, which the compiler cannot see.
    if ((state as string) === 'asked again') return run()
    state = 'idle'
  }
  return () => {
    if (state === 'idle') void run()
    else state = 'asked again'
  }
}

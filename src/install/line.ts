import type { Memory } from './deps.ts'

/** Tells of each deploy that has to wait which place in the line it got. */
export function createLine(memory: Memory) {
  /** Ids grow, and nobody enters but at the end. */
  let told = 0
  return {
    /** To be called when somebody waits, and all for whom there is a place have begun. */
    tell(): void {
      if (memory.deliveries.newestWaiting() <= told) return
      for (const [index, { id, host, callback, event }] of memory.deliveries.line().entries()) {
        if (id <= told) continue
        told = id
        const data = { callback, event, place: index + 1 }
        memory.record({ host, kind: 'callback', code: 'waits', data })
      }
    },
  }
}

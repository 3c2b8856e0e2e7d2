/** How a thread looks at the clock and comes back to itself without sleeping. */
export interface LoopClock {
  /** Milliseconds of a monotonic clock. */
  now(): number
  /** Calls after whatever waits on the sockets was handled. */
  next(turn: () => void): void
}

/** Longer than a client on this machine needs for its ACK, shorter than a wire does: milliseconds. */
const patienceMs = 0.05
/** So many answers in a row that did not come in time mean that none will. */
const mostMisses = 8
/** Packets until it is tried again. */
const restPackets = 1000

/**
 * Keeps a thread awake for a moment after a packet, because to sleep and be woken costs more than the
 * next ACK of a virtual machine on this computer takes to come. Clients that need longer, as all behind
 * a wire do, are noticed and slept for. Call it for every packet that is worth it.
 */
export function createAttention({ now, next }: LoopClock): () => void {
  let heardAt = 0
  let awake = false
  let misses = 0
  let rest = 0

  const look = () => {
    if (now() - heardAt < patienceMs) {
      next(look)
      return
    }
    awake = false
    misses++
    if (misses < mostMisses) return
    misses = mostMisses - 1
    rest = restPackets
  }

  return () => {
    if (rest > 0) {
      rest--
      return
    }
    heardAt = now()
    if (awake) misses = 0
    else {
      awake = true
      next(look)
    }
  }
}

/** Something of which there may only be so many: a connection, or a download. */
export interface Place {
  readonly address: string
  /** Bytes that went over it so far, in both directions. */
  moved(): number
  /** Ends it at once. */
  cut(): void
}

export interface PlaceBounds {
  readonly most: number
  readonly perAddress: number
}

/** Who has not moved a byte for so long gives way to anybody. */
const stalledMs = 20_000
/** Between two looks at how much has moved. */
const lookMs = 1000

interface Taken {
  readonly place: Place
  bytes: number
  /** Bytes between the last two looks. */
  pace: number
  movedAt: number
}

/**
 * Gives places to whoever comes. When all are taken the address that has most of them gives way to one that
 * has less, with its slowest; and whatever stands still gives way to anybody. `now` is milliseconds.
 */
export function createPlaces({ most, perAddress }: PlaceBounds, now: () => number) {
  const byAddress = new Map<string, Set<Taken>>()
  let count = 0
  let lookedAt = now()

  const look = (): void => {
    const at = now()
    if (at - lookedAt < lookMs) return
    lookedAt = at
    for (const places of byAddress.values()) for (const place of places) note(place, at)
  }
  const leave = (taken: Taken): void => {
    const { address } = taken.place
    const places = byAddress.get(address)
    if (!places?.delete(taken)) return
    count--
    if (places.size === 0) byAddress.delete(address)
  }
  /** Who is to go for an address that has `own` places; undefined where nobody is. */
  const wayFor = (own: number): Taken | undefined => {
    const most = largest(byAddress.values())
    if (most && most.size > own + 1) return slowest(most)
    return longestStill(byAddress.values(), now() - stalledMs)
  }

  return {
    count: (): number => count,
    /** Notices how much has moved; to be called now and then. */
    look,
    /** Takes a place; returns what gives it back, or undefined where there is none for this address. */
    take(place: Place): (() => void) | undefined {
      const own = byAddress.get(place.address)?.size ?? 0
      if (own >= perAddress) return undefined
      if (count >= most) {
        look()
        const way = wayFor(own)
        if (!way) return undefined
        leave(way)
        way.place.cut()
      }
      const taken: Taken = { place, bytes: 0, pace: 0, movedAt: now() }
      const places = byAddress.get(place.address) ?? new Set()
      byAddress.set(place.address, places.add(taken))
      count++
      return () => leave(taken)
    },
  }
}

export type Places = ReturnType<typeof createPlaces>

function note(taken: Taken, at: number): void {
  const bytes = taken.place.moved()
  taken.pace = bytes - taken.bytes
  if (taken.pace > 0) taken.movedAt = at
  taken.bytes = bytes
}

/** Of those that are equally slow the one that was there first. */
function slowest(places: ReadonlySet<Taken>): Taken | undefined {
  let found: Taken | undefined
  for (const place of places) if (!found || place.pace < found.pace) found = place
  return found
}

/** These two are asked for with each newcomer of a flood: one pass over all, and no list of them. */
function largest(all: Iterable<ReadonlySet<Taken>>): ReadonlySet<Taken> | undefined {
  let found: ReadonlySet<Taken> | undefined
  for (const places of all) if (!found || places.size > found.size) found = places
  return found
}

function longestStill(all: Iterable<ReadonlySet<Taken>>, since: number): Taken | undefined {
  let found: Taken | undefined
  for (const places of all) {
    for (const place of places) {
      const isStill = place.movedAt <= since && !(found && found.movedAt <= place.movedAt)
      if (isStill) found = place
    }
  }
  return found
}

import type { Doors } from './doors/doors.ts'
import { type HttpDoors, httpAddresses } from './doors/http-doors.ts'
import { createEvery } from './every.ts'
import type { Made } from './make-parts.ts'

/** What is open of a daemon that stands by. */
export interface Lobby extends Doors {
  /** HTTP is somebody else's to open and to close from then on. */
  leave(): Promise<void>
}

/** HTTP, for people: a port that is taken is waited for. */
export function openLobby({ world, log, clock }: Made, http: HttpDoors): Lobby {
  let said = ''
  const listen = async () => {
    world.settle()
    try {
      await http.listen(httpAddresses(world.config(), world))
      said = ''
    } catch (error) {
      const { message } = error as Error
      if (message !== said) log.warn(`the page waits: ${message}`)
      said = message
    }
  }
  // Two at once would find the port taken by each other.
  let last = listen()
  const refresh = () => {
    last = last.then(listen)
    return last
  }
  const every = createEvery(log, clock)
  const waits = () => (world.waiting().length > 0 ? refresh() : undefined)
  const clocks = [every(3000, 'networks', refresh), every(250, 'networks', waits)]
  const leave = () => {
    for (const end of clocks) end()
    return last
  }
  return {
    ...{ refresh, leave, renew: http.renew, held: () => [], rivals: () => [] },
    async close(graceMs) {
      await leave()
      await http.close(graceMs)
    },
  }
}

import { eventBytes, eventDataAt, type KernelMemory } from './kernel-memory.ts'
import { type Libc, systemError } from './libc.ts'

/** What may happen to a descriptor (epoll_ctl(2)). The last two are always told. */
export const epollEvents = { readable: 1, writable: 4, error: 8, hangUp: 16 } as const

/** Waits for many descriptors at once (epoll(7)); each is told as long as it is ready. */
export interface Epoll {
  /** Throws where the kernel has no room for one more. */
  add(fd: number, events: number): void
  change(fd: number, events: number): void
  /**
   * To be called before the descriptor is closed: where another one of the same socket stays open, closing alone
   * ends nothing.
   */
  remove(fd: number): void
  /** Calls for each that is ready; returns how many were, -1 where a signal came. `timeoutMs` -1 waits for ever. */
  wait(timeoutMs: number, ready: (fd: number, events: number) => void): number
  close(): void
}

/** Parts of the block of memory, and how many descriptors are told ready at once. */
export interface EpollPlaces {
  /** 16 bytes for each of them. */
  readonly events: number
  readonly eventSlots: number
  /** 16 bytes that are anybody's. */
  readonly scratch: number
}

const [addFd, removeFd, changeFd] = [1, 2, 3]
const closeOnExec = 0o2000000

/** Throws where the kernel has no more descriptors. */
export function createEpoll(libc: Libc, memory: KernelMemory, places: EpollPlaces): Epoll {
  const { events, eventSlots, scratch } = places
  const epoll = libc.epollCreate(closeOnExec)
  if (epoll < 0) throw new Error(`epoll_create1: error ${libc.errno()}`)
  const control = (what: number, fd: number, wanted: number) => {
    memory.bytes.writeUInt32LE(wanted, scratch)
    memory.bytes.writeUInt32LE(fd, scratch + eventDataAt)
    return libc.epollCtl(epoll, what, fd, memory.pointer(scratch, eventBytes))
  }
  return {
    add(fd, wanted) {
      if (control(addFd, fd, wanted) < 0) throw systemError('epoll_ctl', libc.errno())
    },
    change: (fd, wanted) => void control(changeFd, fd, wanted),
    remove: fd => void control(removeFd, fd, 0),
    wait(timeoutMs, ready) {
      const at = memory.pointer(events, eventSlots * eventBytes)
      const count = libc.epollWait(epoll, at, eventSlots, timeoutMs)
      for (let n = 0; n < count; n++) {
        const event = (events + n * eventBytes) / 4
        ready(memory.words[event + eventDataAt / 4] ?? 0, memory.words[event] ?? 0)
      }
      return count
    },
    close: () => void libc.close(epoll),
  }
}

import { remember } from '../../base/bounded.ts'
import { type KernelMemory, putPointer } from '../../linux/kernel-memory.ts'
import type { Libc } from '../../linux/libc.ts'
import { headerBytes, inSlotBytes, inSlots, memoryPlaces, nameBytes, pieceBytes } from './memory.ts'
import { familyIpv4, type KernelSender, readSocketAddress } from './socket-address.ts'

/** Fetches what has come. The bytes are lent until the call is over. */
export interface Inbox {
  /** All that waits at a socket that many talk to, up to a bound: others wait too. */
  takeMany(fd: number, take: (bytes: Buffer, from: KernelSender) => void): void
  /** One packet of a socket that one client talks to. */
  takeOne(fd: number, take: (bytes: Buffer) => void): void
}

export const dontWait = 0x40
const mostRounds = 4
const mostSenders = 8192

export function createInbox(libc: Libc, memory: KernelMemory): Inbox {
  const { bytes, words } = memory
  const senders = new Map<number, KernelSender>()
  prepare(memory)

  const senderAt = (slot: number): KernelSender => {
    const at = memoryPlaces.inNames + slot * nameBytes
    const name = bytes.subarray(at, at + nameBytes)
    if (name.readUInt16LE(0) !== familyIpv4) return readSocketAddress(name)
    const key = name.readUInt32BE(4) * 65_536 + name.readUInt16BE(2)
    const known = senders.get(key)
    if (known) return known
    const sender = readSocketAddress(name)
    remember(senders, key, sender, mostSenders)
    return sender
  }
  const packet = (slot: number, length: number) => {
    const at = memoryPlaces.inBytes + slot * inSlotBytes
    return bytes.subarray(at, at + Math.min(length, inSlotBytes))
  }

  return {
    takeMany(fd, take) {
      const headers = memory.pointer(memoryPlaces.inHeaders, inSlots * headerBytes)
      for (let round = 0; round < mostRounds; round++) {
        const count = libc.recvmmsg(fd, headers, inSlots, dontWait, 0)
        for (let slot = 0; slot < count; slot++) {
          const at = (memoryPlaces.inHeaders + slot * headerBytes) / 4
          const from = senderAt(slot)
          const length = words[at + 14] ?? 0
          // The kernel wrote how long the name is; for the next packet it is the room that there is.
          words[at + 2] = nameBytes
          take(packet(slot, length), from)
        }
        if (count < inSlots) return
      }
    },
    takeOne(fd, take) {
      const length = libc.recv(
        fd,
        memory.pointer(memoryPlaces.inBytes, inSlotBytes),
        inSlotBytes,
        dontWait,
      )
      // Nothing there, or ICMP said that the client is gone: the timer ends its download.
      if (length >= 0) take(packet(0, length))
    },
  }
}

/** Each header leads to its name and to its packet, for good. */
function prepare(memory: KernelMemory): void {
  for (let slot = 0; slot < inSlots; slot++) {
    const header = memoryPlaces.inHeaders + slot * headerBytes
    const piece = memoryPlaces.inPieces + slot * pieceBytes
    const packet = memory.pointer(memoryPlaces.inBytes + slot * inSlotBytes, inSlotBytes)
    putPointer(memory, piece, packet)
    memory.words[piece / 4 + 2] = inSlotBytes
    putPointer(memory, header, memory.pointer(memoryPlaces.inNames + slot * nameBytes, nameBytes))
    memory.words[header / 4 + 2] = nameBytes
    putPointer(memory, header + 16, memory.pointer(piece, pieceBytes))
    memory.words[header / 4 + 6] = 1
  }
}

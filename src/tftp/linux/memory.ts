import { layOut } from '../../linux/kernel-memory.ts'

/** Packets that are fetched at once, and the room of each: whatever is longer than a request is nothing for us. */
export const inSlots = 32
export const inSlotBytes = 2048
/** Messages that are sent at once, and the room of all. */
export const outSlots = 64
export const outBytes = 128 * 1024
/** Descriptors that are told ready at once. */
export const eventSlots = 64

/** `struct sockaddr_in6`, the longer of the two, rounded up. */
export const nameBytes = 32
/** `struct iovec`. */
export const pieceBytes = 16
/** `struct mmsghdr`. */
export const headerBytes = 64
/** `struct cmsghdr` with two bytes of value, rounded up. */
export const controlBytes = 32

/** Where each part of a thread's block begins. */
export const memoryPlaces = layOut({
  inBytes: inSlots * inSlotBytes,
  inNames: inSlots * nameBytes,
  inPieces: inSlots * pieceBytes,
  inHeaders: inSlots * headerBytes,
  outBytes,
  outNames: outSlots * nameBytes,
  outPieces: outSlots * pieceBytes,
  outHeaders: outSlots * headerBytes,
  outControls: outSlots * controlBytes,
  events: eventSlots * 16,
  scratch: 256,
})

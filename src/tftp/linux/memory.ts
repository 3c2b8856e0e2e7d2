/**
 * All memory that the kernel is shown by a thread: one block, made when the thread begins and never
 * moved, grown or given back before it ends. Packets are copied in before they are sent, and are looked
 * at where they came before the next ones are fetched.
 */
export interface KernelMemory {
  readonly bytes: Buffer
  /** The same, as words in the order of this machine. */
  readonly words: Uint32Array
  /** The address of a part, for one call. Throws where the part is not whole within the block. */
  pointer(at: number, length: number): number
}

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
/** `struct epoll_event`, which is packed on x86 alone. */
export const eventBytes = process.arch === 'x64' ? 12 : 16
/** Where in it the 64 bits are that come back. */
export const eventDataAt = process.arch === 'x64' ? 4 : 8

const sizes = {
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
} as const

/** Where each part begins. */
export const memoryPlaces = layOut()

function layOut(): Readonly<Record<keyof typeof sizes, number>> & { readonly end: number } {
  let end = 0
  const begin = Object.entries(sizes).map(([name, size]) => {
    const at = end
    end += size
    return [name, at]
  })
  return { ...Object.fromEntries(begin), end }
}

export function createKernelMemory(addressOf: (bytes: Uint8Array) => number): KernelMemory {
  // Slow: of a block of its own, which V8 does not move as it does small ones.
  const bytes = Buffer.allocUnsafeSlow(memoryPlaces.end).fill(0)
  const first = addressOf(bytes)
  return {
    bytes,
    words: new Uint32Array(bytes.buffer, bytes.byteOffset, memoryPlaces.end / 4),
    pointer(at, length) {
      if (at < 0 || length < 0 || at + length > memoryPlaces.end) {
        throw new RangeError(`${length} bytes at ${at} are not ours`)
      }
      return first + at
    },
  }
}

/** Writes a pointer where a structure has it. */
export function putPointer({ words }: KernelMemory, at: number, pointer: number): void {
  words[at / 4] = pointer % 2 ** 32
  words[at / 4 + 1] = Math.floor(pointer / 2 ** 32)
}

/**
 * All memory that the kernel is shown by a thread: one block, made when the thread begins and never
 * moved, grown or given back before it ends. Bytes are copied in before they are sent, and are looked
 * at where they came before the next ones are fetched.
 */
export interface KernelMemory {
  readonly bytes: Buffer
  /** The same, as words in the order of this machine. */
  readonly words: Uint32Array
  /** The address of a part, for one call. Throws where the part is not whole within the block. */
  pointer(at: number, length: number): number
}

/** `struct epoll_event`, which is packed on x86 alone. */
export const eventBytes = process.arch === 'x64' ? 12 : 16
/** Where in it the 64 bits are that come back. */
export const eventDataAt = process.arch === 'x64' ? 4 : 8

/** Where each part of a block begins that has parts of these sizes, and where the block ends. */
export function layOut<Part extends string>(
  sizes: Readonly<Record<Part, number>>,
): Readonly<Record<Part | 'end', number>> {
  let end = 0
  const begin = Object.entries<number>(sizes).map(([name, size]) => {
    const at = end
    end += size
    return [name, at]
  })
  return { ...Object.fromEntries(begin), end }
}

/** A block of so many bytes, a multiple of 4. */
export function createKernelMemory(
  size: number,
  addressOf: (bytes: Uint8Array) => number,
): KernelMemory {
  // Slow: of a block of its own, which V8 does not move as it does small ones.
  const bytes = Buffer.allocUnsafeSlow(size).fill(0)
  const first = addressOf(bytes)
  return {
    bytes,
    words: new Uint32Array(bytes.buffer, bytes.byteOffset, size / 4),
    pointer(at, length) {
      if (at < 0 || length < 0 || at + length > size) {
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

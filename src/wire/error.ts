/** Bytes or text that do not follow the protocol. The one error that the codecs throw. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

/** What is read, or `undefined` where the bytes are not what they should be. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** Bytes of a message; of a longer one the rest is passed over. RFC 5424 section 6.1 asks for 2048. */
const longest = 4096
const [zeroByte, lineFeed, space, zero, nine] = [0, 10, 32, 48, 57]
/** A length above this is none. */
const longestLength = 1 << 20

/**
 * Takes syslog messages out of a TCP stream, in both framings of RFC 6587: a length, a space and so many
 * bytes (section 3.4.1), or whatever ends with a line feed or a zero byte (3.4.2). What begins with a digit
 * is of the first kind, since the others begin with `<`.
 */
export function createSyslogFrames() {
  let state: 'start' | 'length' | 'counted' | 'line' = 'start'
  /** Bytes of the message that are still to come, where its length is known. */
  let left = 0
  let kept = new Uint8Array(longest)
  let size = 0

  const keep = (byte: number) => {
    if (size < longest) kept[size++] = byte
  }
  const take = (): Uint8Array[] => {
    const message = kept.subarray(0, size)
    state = 'start'
    if (size === 0) return []
    kept = new Uint8Array(longest)
    size = 0
    return [message]
  }
  /** The messages that end with this byte: one or none. */
  const next = (byte: number): Uint8Array[] => {
    switch (state) {
      case 'start':
        if (byte === lineFeed || byte === zeroByte) return []
        if (byte > zero && byte <= nine) {
          state = 'length'
          left = byte - zero
          return []
        }
        state = 'line'
        keep(byte)
        return []
      case 'length':
        if (byte >= zero && byte <= nine && left < longestLength) {
          left = left * 10 + byte - zero
          return []
        }
        if (byte === space) {
          state = 'counted'
          return []
        }
        // A line that begins with a number is a line all the same.
        state = 'line'
        for (const digit of String(left)) keep(zero + Number(digit))
        return next(byte)
      case 'counted':
        keep(byte)
        return --left > 0 ? [] : take()
      case 'line':
        if (byte === lineFeed || byte === zeroByte) return take()
        keep(byte)
        return []
    }
  }

  return {
    /** The whole messages that these bytes complete. */
    push(bytes: Uint8Array): Uint8Array[] {
      const messages: Uint8Array[] = []
      for (const byte of bytes) messages.push(...next(byte))
      return messages
    },
    /** What came before the connection ended, where it is a line. */
    end: (): Uint8Array[] => (state === 'line' ? take() : []),
  }
}

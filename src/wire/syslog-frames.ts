/** Bytes of a message; of a longer one the rest is passed over. RFC 5424 section 6.1 asks for 2048. */
const longest = 4096
const [zeroByte, lineFeed, space, zero, nine] = [0, 10, 32, 48, 57]
/** A length above this is none. */
const longestLength = 1 << 20

interface Stream {
  state: 'start' | 'length' | 'counted' | 'line'
  /** Bytes of the message that are still to come, where its length is known. */
  left: number
  kept: Uint8Array<ArrayBuffer>
  size: number
}

/**
 * Takes syslog messages out of a TCP stream, in both framings of RFC 6587: a length, a space and so many
 * bytes (section 3.4.1), or whatever ends with a line feed or a zero byte (3.4.2). What begins with a digit
 * is of the first kind, since the others begin with `<`.
 */
export function createSyslogFrames() {
  const stream: Stream = { state: 'start', left: 0, kept: new Uint8Array(longest), size: 0 }
  return {
    /** The whole messages that these bytes complete. */
    push(bytes: Uint8Array): Uint8Array[] {
      const messages: Uint8Array[] = []
      for (const byte of bytes) messages.push(...next(stream, byte))
      return messages
    },
    /** What came before the connection ended, where it is a line. */
    end: (): Uint8Array[] => (stream.state === 'line' ? take(stream) : []),
  }
}

function keep(stream: Stream, byte: number): void {
  if (stream.size < longest) stream.kept[stream.size++] = byte
}

function take(stream: Stream): Uint8Array[] {
  const message = stream.kept.subarray(0, stream.size)
  stream.state = 'start'
  if (stream.size === 0) return []
  stream.kept = new Uint8Array(longest)
  stream.size = 0
  return [message]
}

/** The messages that end with this byte: one or none. */
function next(stream: Stream, byte: number): Uint8Array[] {
  switch (stream.state) {
    case 'start':
      if (byte === lineFeed || byte === zeroByte) return []
      if (byte > zero && byte <= nine) {
        stream.state = 'length'
        stream.left = byte - zero
        return []
      }
      stream.state = 'line'
      keep(stream, byte)
      return []
    case 'length':
      if (byte >= zero && byte <= nine && stream.left < longestLength) {
        stream.left = stream.left * 10 + byte - zero
        return []
      }
      if (byte === space) {
        stream.state = 'counted'
        return []
      }
      // A line that begins with a number is a line all the same.
      stream.state = 'line'
      for (const digit of String(stream.left)) keep(stream, zero + Number(digit))
      return next(stream, byte)
    case 'counted':
      keep(stream, byte)
      return --stream.left > 0 ? [] : take(stream)
    case 'line':
      if (byte === lineFeed || byte === zeroByte) return take(stream)
      keep(stream, byte)
      return []
  }
}

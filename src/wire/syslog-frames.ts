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
      for (let at = 0; at < bytes.length; ) at = step(stream, bytes, at, messages)
      return messages
    },
    /** What came before the connection ended, where it is a line. */
    end: (): Uint8Array[] => (stream.state === 'line' ? take(stream) : []),
  }
}

/** Goes on from a place, by as many bytes as it can, and tells the next place: a flood goes through here. */
function step(stream: Stream, bytes: Uint8Array, at: number, messages: Uint8Array[]): number {
  if (stream.state === 'line') {
    const end = endOfLine(bytes, at)
    keep(stream, bytes.subarray(at, end))
    if (end < bytes.length) messages.push(...take(stream))
    return end + 1
  }
  if (stream.state === 'counted') {
    const part = bytes.subarray(at, at + stream.left)
    keep(stream, part)
    stream.left -= part.length
    if (stream.left === 0) messages.push(...take(stream))
    return at + part.length
  }
  return begins(stream, bytes[at] ?? 0) ? at + 1 : at
}

function endOfLine(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== lineFeed && bytes[at] !== zeroByte) at++
  return at
}

function keep(stream: Stream, bytes: Uint8Array): void {
  const part = bytes.subarray(0, longest - stream.size)
  stream.kept.set(part, stream.size)
  stream.size += part.length
}

function take(stream: Stream): Uint8Array[] {
  const message = stream.kept.slice(0, stream.size)
  stream.state = 'start'
  stream.size = 0
  return message.length === 0 ? [] : [message]
}

/** Before a message, or in its length. False where the byte is the first of a line. */
function begins(stream: Stream, byte: number): boolean {
  if (stream.state === 'start') {
    if (byte === lineFeed || byte === zeroByte) return true
    if (byte > zero && byte <= nine) {
      stream.state = 'length'
      stream.left = byte - zero
      return true
    }
    stream.state = 'line'
    return false
  }
  if (byte >= zero && byte <= nine && stream.left < longestLength) {
    stream.left = stream.left * 10 + byte - zero
    return true
  }
  if (byte === space) {
    stream.state = 'counted'
    return true
  }
  // A line that begins with a number is a line all the same.
  stream.state = 'line'
  keep(
    stream,
    Uint8Array.from(String(stream.left), digit => zero + Number(digit)),
  )
  return false
}

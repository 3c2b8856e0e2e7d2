/** Bytes or text that do not follow the protocol. The one error that the codecs throw. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

import { createHash, createPublicKey, verify } from 'node:crypto'

// DER of an Ed25519 key before its 32 bytes (RFC 8410).
const ed25519Header = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * Whether a minisign signature is that of a key over these bytes: `Ed` signs them, `ED` their BLAKE2b-512. A key is the
 * base64 line of a `.pub` file; OpenBSD's signify is the same without the trusted comment. Pure.
 */
export function minisigned(bytes: Uint8Array, signature: string, key: string): boolean {
  const lines = signature.split(/\r?\n/)
  const raw = Buffer.from(lines[1] ?? '', 'base64')
  const pub = Buffer.from(key, 'base64')
  if (raw.length !== 74 || pub.length !== 42 || !raw.subarray(2, 10).equals(pub.subarray(2, 10))) {
    return false
  }
  const algorithm = raw.subarray(0, 2).toString('latin1')
  if (algorithm !== 'Ed' && algorithm !== 'ED') return false
  const body = algorithm === 'ED' ? createHash('blake2b512').update(bytes).digest() : bytes
  if (!checks(body, raw.subarray(10), pub.subarray(10))) return false
  const comment = /^trusted comment: (.*)$/.exec(lines[2] ?? '')?.[1]
  if (comment === undefined) return lines.slice(2).join('').trim() === ''
  const both = Buffer.concat([raw.subarray(10), Buffer.from(comment)])
  return checks(both, Buffer.from(lines[3] ?? '', 'base64'), pub.subarray(10))
}

function checks(body: Uint8Array, signature: Uint8Array, pub: Uint8Array): boolean {
  const der = Buffer.concat([ed25519Header, pub])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return signature.length === 64 && verify(null, body, key, signature)
}

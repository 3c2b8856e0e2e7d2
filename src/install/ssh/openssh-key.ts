import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** An ed25519 key pair as OpenSSH writes it. */
export interface OpensshKey {
  /** Text of the private key's file. */
  readonly privateKey: string
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicKey: string
}

const type = 'ssh-ed25519'

/** A new key pair. */
export function makeOpensshKey(): OpensshKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { x = '', d = '' } = privateKey.export({ format: 'jwk' })
  return encodeOpensshKey(Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url'), randomBytes(4))
}

/** The files of a key pair: PROTOCOL.key of OpenSSH, without a passphrase. `check` is 4 random bytes. */
function encodeOpensshKey(point: Buffer, seed: Buffer, check: Buffer): OpensshKey {
  const blob = Buffer.concat([text(type), text(point)])
  const secret = Buffer.concat([check, check, blob, text(Buffer.concat([seed, point])), text('')])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8))
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    text('none'),
    text('none'),
    text(''),
    uint32(1),
    text(blob),
    text(Buffer.concat([secret, padding])),
  ])
  const lines = whole.toString('base64').match(/.{1,70}/g) ?? []
  const frame = (word: string) => `-----${word} OPENSSH PRIVATE KEY-----`
  return {
    privateKey: `${[frame('BEGIN'), ...lines, frame('END')].join('\n')}\n`,
    publicKey: `${type} ${blob.toString('base64')}`,
  }
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

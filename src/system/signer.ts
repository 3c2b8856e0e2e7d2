import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newToken, SecretError } from './secrets.ts'

/** Signs what is to be believed of us elsewhere. Its functions throw SecretError where there is no key. */
export interface Signer {
  /** 64 bytes (Ed25519, RFC 8032). */
  sign(bytes: Uint8Array): Uint8Array
  /** PEM (SubjectPublicKeyInfo, RFC 8410). */
  publicKey(): string
}

/** The key lies in a file of the data folder, readable by its owner alone; it is made at first use. */
export function createSigner(folder: string): Signer {
  const file = join(folder, 'erasure-key.pem')
  let known: KeyObject | undefined
  const key = () => {
    known ??= readKey(file) ?? makeKey(file)
    return known
  }
  return {
    sign: bytes => sign(null, bytes, key()),
    publicKey: () => createPublicKey(key()).export({ type: 'spki', format: 'pem' }).toString(),
  }
}

function readKey(file: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(readFileSync(file))
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new SecretError(`the key ${file} cannot be read: ${message}`)
  }
  throw new SecretError(`the key ${file} is no Ed25519 key`)
}

/** It appears whole or not at all, and never takes the place of another. */
function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  const beside = `${file}.${newToken()}`
  try {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    writeFileSync(beside, pem, { mode: 0o600, flag: 'wx', flush: true })
    linkSync(beside, file)
    return privateKey
  } catch (error) {
    throw new SecretError(`the key ${file} cannot be made: ${(error as Error).message}`)
  } finally {
    rmSync(beside, { force: true })
  }
}

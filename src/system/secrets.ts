import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Reads the admin token; a missing file is made with a random one, readable by its owner alone.
 * Throws with a sentence when it can be neither read nor made, or is empty.
 */
export function adminToken(file: string): string {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o750 })
    writeFileSync(file, `${newToken()}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw new Error(`cannot make the admin token ${file}: ${message}`)
  }
  const token = readFileSync(file, 'utf8').trim()
  if (token.length < 16) {
    throw new Error(`${file} holds no token: write at least 16 characters into it, or delete it`)
  }
  return token
}

/** 144 random bits in letters that need no escaping in URLs. */
export function newToken(): string {
  return randomBytes(18).toString('base64url')
}

/** An id that sorts by time: milliseconds in base 36, then 40 random bits. */
export function newId(now: number): string {
  return `${now.toString(36).padStart(9, '0')}-${randomBytes(5).toString('hex')}`
}

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '../config/config.ts'

/** A secret that cannot be had, in one sentence. */
export class SecretError extends Error {
  override readonly name = 'SecretError'
}

/**
 * Reads a token of the admin API; a missing file is made with a random one, readable by its owner alone.
 * Throws SecretError when it can be neither read nor made, or is empty.
 */
export function adminToken(file: string): string {
  if (!existsSync(file)) {
    say(`cannot make the admin token ${file}`, () => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o750 })
      writeFileSync(file, `${newToken()}\n`, { mode: 0o600, flag: 'wx' })
    })
  }
  const token = say(`cannot read the admin token`, () => readFileSync(file, 'utf8').trim())
  if (token.length < 16) {
    const ways = 'write at least 16 characters into it, or delete it'
    throw new SecretError(`the admin token ${file} is too short: ${ways}`)
  }
  return token
}

/** A token of the admin API: what it is called, and what it may do. */
export interface NamedToken {
  readonly name: string
  readonly scope: 'read' | 'admin'
  readonly value: string
}

/** The tokens of the running config. Throws SecretError when one of them cannot be had. */
export function createTokens(first: Config['admin']) {
  let tokens = readTokens(first)
  return {
    all: (): readonly NamedToken[] => tokens,
    /** Takes over those of another config; a sentence where that cannot be, and then nothing changes. */
    follow(admin: Config['admin']): string | undefined {
      try {
        tokens = readTokens(admin)
        return undefined
      } catch (error) {
        if (error instanceof SecretError) return error.message
        throw error
      }
    },
  }
}

function readTokens(admin: Config['admin']): NamedToken[] {
  const first = { name: 'admin', scope: 'admin', value: adminToken(admin.tokenFile) } as const
  const named = admin.tokens.map(({ name, scope, tokenFile }) => ({
    name,
    scope,
    value: adminToken(tokenFile),
  }))
  return [first, ...named]
}

function say<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new SecretError(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** 144 random bits in letters that need no escaping in URLs. */
export function newToken(): string {
  return randomBytes(18).toString('base64url')
}

/** An id that sorts by time: milliseconds in base 36, then 40 random bits. */
export function newId(now: number): string {
  return `${now.toString(36).padStart(9, '0')}-${randomBytes(5).toString('hex')}`
}

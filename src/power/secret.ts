import { readFile } from 'node:fs/promises'
import { PowerError } from './power.ts'

/**
 * The first line of a file with a password or token, read each time, so that a new one counts at once.
 * Throws PowerError.
 */
export async function readSecret(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new PowerError({ code: 'power-secret', file, error: error.code ?? error.message })
  })
  const [line = ''] = text.split(/\r?\n/)
  if (line === '') throw new PowerError({ code: 'power-secret', file, error: 'it is empty' })
  return line
}

/** The header of Basic authentication (RFC 7617). */
export function basicAuthorization(user: string, password: string): { Authorization: string } {
  const both = Buffer.from(`${user}:${password}`).toString('base64')
  return { Authorization: `Basic ${both}` }
}

import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { duidOfUuid } from '../wire/dhcp6-values.ts'

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * What this daemon calls itself to DHCPv6 clients (DUID-UUID, RFC 6355): made once and kept in the file,
 * since clients renew their leases with whom they got them from.
 */
export function serverDuid(file: string): Uint8Array {
  try {
    const kept = readFileSync(file, 'utf8').trim()
    if (uuidPattern.test(kept)) return duidOfUuid(kept)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = randomUUID()
  writeFileSync(file, `${made}\n`)
  return duidOfUuid(made)
}

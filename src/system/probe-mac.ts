import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { type Mac, macOfBytes, parseMac } from '../wire/address.ts'

/**
 * The MAC of this daemon's own DHCP questions: locally administered, made once and kept in the file, so
 * that other servers hold at most one address for it.
 */
export function probeMac(file: string): Mac {
  try {
    const kept = parseMac(readFileSync(file, 'utf8').trim())
    if (kept) return kept
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const mac = randomMac()
  writeFileSync(file, `${mac}\n`)
  return mac
}

/** A locally administered MAC, so that it is no card's. */
export function randomMac(): Mac {
  const bytes = randomBytes(6)
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02
  return macOfBytes(bytes)
}

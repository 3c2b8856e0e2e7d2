import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The certificates of BMCs, by `address:port`, as they were shown first: SHA-256, as OpenSSL prints it. */
export interface Pins {
  get(address: string): string | undefined
  keep(address: string, fingerprint: string): void
}

/** A file for each BMC: who removes one trusts what that BMC shows next. */
export function createPins(folder: string): Pins {
  const fileOf = (address: string) => join(folder, encodeURIComponent(address))
  return {
    get(address) {
      try {
        return readFileSync(fileOf(address), 'utf8').trim() || undefined
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    keep(address, fingerprint) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const file = fileOf(address)
      writeFileSync(`${file}.new`, `${fingerprint}\n`, { mode: 0o600, flush: true })
      renameSync(`${file}.new`, file)
    },
  }
}

import { readFileSync } from 'node:fs'

/** The text of a file of the kernel; empty where there is none, as of IPv6 that is off, or where it is not for us. */
export function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

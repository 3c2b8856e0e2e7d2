import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** In the folder of a host that is not in the config: since when, as epoch milliseconds. */
const mark = 'left'
/** A config may be edited back and forth meanwhile. */
const keptMs = 24 * 3600_000

/**
 * Removes what is kept of hosts that left the config a day ago, and marks what left it since. `now` is epoch
 * milliseconds. Returns their names. To be called again and again; throws when the disk does not let it.
 */
export function dropLeft(
  folder: string,
  isThere: (host: string) => boolean,
  now: number,
): readonly string[] {
  const gone: string[] = []
  for (const name of namesIn(folder)) {
    const host = hostOf(name)
    if (host === undefined) continue
    const file = join(folder, name, mark)
    const since = leftSince(file)
    if (isThere(host)) {
      if (since !== undefined) rmSync(file, { force: true })
    } else if (since === undefined || since > now) {
      writeFileSync(file, String(now), { mode: 0o600 })
    } else if (now - since >= keptMs) {
      rmSync(join(folder, name), { recursive: true, force: true })
      gone.push(host)
    }
  }
  return gone
}

function namesIn(folder: string): readonly string[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true })
    return found.filter(one => one.isDirectory()).map(({ name }) => name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Whose folder it is; undefined where it is none of ours. */
function hostOf(name: string): string | undefined {
  try {
    const host = decodeURIComponent(name)
    return encodeURIComponent(host) === name ? host : undefined
  } catch {
    return undefined
  }
}

function leftSince(file: string): number | undefined {
  try {
    const since = Number(readFileSync(file, 'utf8'))
    return Number.isSafeInteger(since) ? since : undefined
  } catch {
    return undefined
  }
}

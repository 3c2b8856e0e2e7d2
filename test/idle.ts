import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'

/**
 * Says how much of the processors nobody wanted since the last question, from 0 to 1: by proc_stat(5), idle and
 * waiting for a disk. What runs behind the others, as a machine that waits in circles does, counts as nobody.
 */
export function createIdleMeter(
  read = () => readFileSync('/proc/stat', 'utf8'),
  ownPriority = getPriority(),
): () => number {
  const look = () => {
    const [, ...fields] = (read().split('\n', 1)[0] ?? '').split(/ +/)
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, ...others] = fields.map(Number)
    const free = idle + wait + (ownPriority > 0 ? 0 : nice)
    // Guests, the last two, are in user and nice already.
    const busy = others.slice(0, 3).reduce((sum, each) => sum + each, user + system)
    return { free, all: busy + idle + wait + nice }
  }
  let last = look()
  return () => {
    const now = look()
    const all = now.all - last.all
    const free = now.free - last.free
    last = now
    return all > 0 ? free / all : 0
  }
}

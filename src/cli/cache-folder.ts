import { join } from 'node:path'

/**
 * Where this user's programs keep what can be made again (XDG Base Directory), never a folder that
 * others can write; undefined where the user has no home.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { XDG_CACHE_HOME, HOME } = env
  const parent = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : HOME && join(HOME, '.cache')
  return parent ? join(parent, 'bootwright') : undefined
}

import { join } from 'node:path'

/**
 * Where this user's programs keep what can be made again (XDG Base Directory), never a folder that
 * others can write; undefined where the user has no home.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string | undefined}
 */
export function cacheFolder({ XDG_CACHE_HOME, HOME }) {
  const parent = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : HOME && join(HOME, '.cache')
  return parent ? join(parent, 'bootwright') : undefined
}

// Plain JavaScript that any Node reads: an older one could not even say that main.ts is not for it.
import { existsSync } from 'node:fs'
// An older Node has no `enableCompileCache` to import by name.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// What is installed from a package has its packages with it, and no lock file.
const isCheckout = existsSync(new URL('../package-lock.json', import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isOld = major < 24 || (major === 24 && minor < 12)

/** @param {string} what */
function say(what) {
  process.stderr.write(`bootwright: ${what}\n`)
  process.exitCode = 1
}

if (isOld) {
  const ways = isCheckout
    ? `run "npm ci" in ${root}, which brings one`
    : 'install a newer one, or Bootwright with its own Node'
  say(`it needs Node 24.12 or newer, and this is ${process.versions.node}; ${ways}`)
} else if (!existsSync(new URL('../node_modules', import.meta.url))) {
  const ways = isCheckout ? `run "npm ci" in ${root}` : `install it again, ${root} is not whole`
  say(`its packages are missing; ${ways}`)
} else {
  // Half of the time of a short command is Node reading and compiling its modules, so that is kept; it comes
  // before the first TypeScript. Where it cannot be written nothing is kept, and nothing is said.
  const folder = cacheFolder(process.env)
  if (folder !== undefined) process.env.BOOTWRIGHT_CACHE = folder
  if (folder !== undefined && !process.env.NODE_COMPILE_CACHE) {
    module.enableCompileCache(`${folder}/compiled`)
  }
  await import('./main.ts')
}

/**
 * Where this user's programs keep what can be made again (XDG Base Directory), never a folder that
 * others can write; undefined where the user has no home.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string | undefined}
 */
function cacheFolder({ XDG_CACHE_HOME, HOME }) {
  const parent = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : HOME && `${HOME}/.cache`
  return parent ? `${parent}/bootwright` : undefined
}

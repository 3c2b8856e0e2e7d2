// Plain JavaScript that any Node reads: an older one could not even say that main.ts is not for it.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isOld = major < 24 || (major === 24 && minor < 12)

/** @param {string} what */
function say(what) {
  process.stderr.write(`bootwright: ${what}\n`)
  process.exitCode = 1
}

if (isOld) {
  const ways = `run "npm ci" in ${root}, which brings one`
  say(`it needs Node 24.12 or newer, and this is ${process.versions.node}; ${ways}`)
} else if (!existsSync(new URL('../node_modules', import.meta.url))) {
  say(`its packages are missing; run "npm ci" in ${root}`)
} else {
  await import('./main.ts')
}

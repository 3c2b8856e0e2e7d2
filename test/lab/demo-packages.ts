import { existsSync } from 'node:fs'
import { findKernel } from '../../src/system/kernels.ts'
import { apt, aptPlan } from './apt.ts'
import { demoPackages, missingPackages, type Packages } from './packages.ts'
import { createSteps, type Steps } from './steps.ts'

/** Where nothing is booted from a kernel, as in a container: the smallest that Debian has. */
const kernelPackage = { 'linux-image-cloud-amd64': 'a kernel for them to boot' }

/** What the demo needs on this computer. */
export function packagesOfDemo(): Packages {
  return findKernel() ? demoPackages : { ...demoPackages, ...kernelPackage }
}

/** Installs what the demo lacks, and says what, how much, how far, and how long it took. */
export async function installForDemo(say: (line: string) => void): Promise<void> {
  const wanted = packagesOfDemo()
  const missing = await missingPackages(wanted)
  if (missing.length === 0 || !existsSync('/usr/bin/apt-get')) return
  say(`The demo needs ${missing.length} of Debian's packages:`)
  for (const name of missing) say(`  ${name.padEnd(24)} ${wanted[name]}`)
  const steps = createSteps(process.stdout)
  const start = performance.now()
  // Lists that are too old for the mirror are fetched, those that are good enough are not.
  if (await install(missing, steps)) return done(start, say)
  const complaints = await apt(['update'], barOf(steps, 'lists of packages: '))
  if (complaints !== '') say(complaints.trimEnd())
  if (await install(missing, steps)) done(start, say)
}

async function install(names: readonly string[], steps: Steps): Promise<boolean> {
  const plan = await aptPlan(names)
  if (!plan) return false
  const { count, download, disk } = plan
  steps.say(`${count} packages with what they need: ${download} to fetch, ${disk} on the disk;`)
  steps.say('about half a minute where the mirror is near')
  await apt(['install', '-y', '--no-install-recommends', ...names], barOf(steps, ''))
  const wanted = Object.fromEntries(names.map(name => [name, '']))
  return (await missingPackages(wanted)).length === 0
}

/** On a terminal every step, elsewhere one in twenty. */
function barOf(steps: Steps, prefix: string): (percent: number, text: string) => void {
  let last = -1
  return (percent, text) => {
    const part = Math.floor(percent / (process.stdout.isTTY ? 1 : 5))
    if (part <= last) return
    last = part
    steps.bar(percent, `${prefix}${text}`)
  }
}

function done(start: number, say: (line: string) => void): void {
  say(`Packages: ${((performance.now() - start) / 1000).toFixed(0)} s.\n`)
}

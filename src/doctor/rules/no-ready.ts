import { span } from '../../base/span.ts'
import type { HostCase, Rule } from '../case.ts'
import { after, isAlive, lastOf, seen } from '../evidence.ts'
import type { Step } from '../step.ts'

/** Kernel and installer take their time to come up, also on slow machines. */
const patience = 180_000

/** The last file or script that it was given to boot, where it has not said anything since. */
function unheard({ life, steps, now }: HostCase): Step | undefined {
  const over = life.state === 'failed' && life.byTime
  if (!over && (life.state !== 'booting' || life.alive)) return undefined
  const heard = lastOf(steps, 'phone-home')
  const since = heard ? after(steps, heard) : steps
  const script = lastOf(since, 'script', ({ code }) => code === 'boot')
  if (!script) return undefined
  const last = lastOf(after(since, script), 'asset') ?? script
  if (last.kind === 'asset' && last.code !== 'sent') return undefined
  return over || now - last.lastAt > patience ? last : undefined
}

/** It booted its installer, and `ready` never came. */
export const noReady: Rule = about => {
  const last = unheard(about)
  if (!last || about.host.profile?.phoneHome !== 'agent') return undefined
  const fetched = last.kind === 'asset'
  return {
    id: 'no-ready',
    title: fetched
      ? 'It has loaded its installer, and `ready` never came'
      : 'It has its script, and fetched nothing that the script names',
    evidence: [
      seen(last, about.now),
      `no phone home in the ${span(about.now - last.lastAt)} since`,
    ],
    advice: fetched
      ? 'Look at its screen or serial console. Either the kernel stopped (wrong initrd, no driver of the network card), or the installer is up and does not phone home: see that it reads `bootwright=` from /proc/cmdline and can reach that URL.'
      : 'Its loader cannot fetch kernel and initrd: see on its screen what it says, and that it reaches this machine’s HTTP port.',
  }
}

/** It booted an installer that is to be reached by SSH, and SSH never opened. */
export const noSsh: Rule = about => {
  const last = unheard(about)
  if (!last || about.host.profile?.phoneHome !== 'ssh') return undefined
  const tries = about.steps.filter(step => step.kind === 'other' && step.of === 'ssh')
  return {
    id: 'no-ssh',
    title: 'It has booted, and its SSH server never opened',
    evidence: [
      seen(last, about.now),
      ...tries.slice(-2).map(step => seen(step, about.now)),
      `no proof over SSH in the ${span(about.now - last.lastAt)} since`,
    ],
    advice:
      'See on its screen whether it is up and has an address in this network. Then see that its SSH server starts by itself, listens on port 22, and takes the login that the profile says (`login`).',
  }
}

/** Whether anything of the boot itself was heard: used by the rule that nothing was. */
export function isSignOfBoot(step: Step): boolean {
  return step.kind === 'dhcp' || isAlive(step)
}

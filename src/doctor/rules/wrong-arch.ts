import type { Rule } from '../case.ts'
import { lastOf, seen } from '../evidence.ts'

/** Its profile's kernel is made for other machines. */
export const wrongArch: Rule = ({ host, steps, kernelArchs, now }) => {
  const asked = lastOf(steps, 'dhcp', step => step.arch !== undefined && step.arch !== 'unknown')
  const { profile } = host
  // U-Boot may be that of any processor.
  if (asked?.arch === 'uboot') return undefined
  if (!asked?.arch || !kernelArchs || !profile || kernelArchs.includes(asked.arch)) return undefined
  return {
    id: 'wrong-arch',
    title: `The kernel of profile ${profile.name} is not made for this machine (${asked.arch})`,
    evidence: [seen(asked, now), `${profile.kernel} runs on ${kernelArchs.join(', ')}`],
    advice:
      'Give the host a profile with a kernel for its arch. If the machine can boot as BIOS and as UEFI, its setup may say the wrong one.',
  }
}

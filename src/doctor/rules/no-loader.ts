import { reasonWith } from '../../boot/reason.ts'
import type { Rule } from '../case.ts'
import { lastOf, seen } from '../evidence.ts'

/** It is due, and there is no loader for it. */
export const noLoader: Rule = ({ steps, now }) => {
  const asked = lastOf(steps, 'dhcp', step => step.stage !== undefined)
  const lack = reasonWith(asked?.why, 'no-loader')
  if (!asked || !lack) return undefined
  return {
    id: 'no-loader',
    title: `There is no loader ${lack.file ?? `for ${lack.arch}`}, so its firmware got no answer`,
    evidence: [seen(asked, now)],
    advice:
      'Install the package "ipxe" (BIOS and x64 UEFI), or put the loader into assets/loaders. `bootwright check` says which names are looked for.',
  }
}

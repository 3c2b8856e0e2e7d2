import type { Rule } from '../case.ts'
import { lastOf, seen } from '../evidence.ts'

/** It is due, and there is no loader for it. */
export const noLoader: Rule = ({ steps, now }) => {
  const asked = lastOf(steps, 'dhcp', step => step.stage !== undefined)
  const [, what] = /; no loader (.+)$/.exec(asked?.reason ?? '') ?? []
  if (!asked || what === undefined) return undefined
  return {
    id: 'no-loader',
    title: `There is no loader ${what}, so its firmware got no answer`,
    evidence: [seen(asked, now)],
    advice:
      'Install the package "ipxe" (BIOS and x64 UEFI), or put the loader into assets/loaders. `bootwright check` says which names are looked for.',
  }
}

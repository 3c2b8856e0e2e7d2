import type { Rule } from '../case.ts'
import { after, lastOf, seen } from '../evidence.ts'

/** Its installer was asked for from an address that is not known to be its own. */
export const stranger: Rule = ({ steps, now }) => {
  const refused = lastOf(steps, 'other', ({ of }) => of === 'stranger')
  const script = lastOf(steps, 'script', ({ code }) => code === 'boot')
  if (!refused || (script && after(steps, refused).includes(script))) return undefined
  return {
    id: 'stranger',
    title: 'Its installer was refused to an address that is not known to be its own',
    evidence: [seen(refused, now)],
    advice:
      'If that was the machine itself: it is behind NAT or a router, so its MAC cannot be seen. Then set `trustUrl: true` at the network. If not, somebody else asked for its installer.',
  }
}

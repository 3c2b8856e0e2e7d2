import { sentenceOf } from '../../boot/words/reason.ts'
import type { Rule } from '../case.ts'
import { lastOf, seen } from '../evidence.ts'
import { isSignOfBoot } from './no-ready.ts'

/** iPXE waits 15 s for a router. */
const patience = 30_000

/** A machine that is to boot says nothing by IPv6, and no router sends it to DHCPv6. */
export const router6: Rule = ({ routers, life, steps, now }) => {
  const whys = routers.filter(({ code }) => code !== 'router6-prefix')
  const isDue = life.state === 'pending' || life.state === 'booting'
  if (whys.length === 0 || !isDue) return undefined
  const sign = steps.findLast(isSignOfBoot)
  if (now - Math.max(life.since, sign?.lastAt ?? 0) < patience) return undefined
  const asked = lastOf(steps, 'dhcp', ({ stage }) => stage !== undefined)
  if (asked && asked.version !== 6) return undefined
  return {
    id: 'router6',
    title: 'No router sends machines to DHCPv6',
    evidence: [...whys.map(sentenceOf), ...(asked ? [seen(asked, now)] : [])],
    advice:
      'Let the router of that network advertise the M flag; `rdisc6 INTERFACE` (ndisc6) shows what it says. A machine that boots over IPv4 does not need it.',
  }
}

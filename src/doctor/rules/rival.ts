import { reasonWith } from '../../boot/reason.ts'
import type { Rule } from '../case.ts'
import { after, allOf, isAlive, lastOf, seen } from '../evidence.ts'

/** Another DHCP server answers: it gave the address, and with it its own way of booting. */
export const rival: Rule = ({ steps, held, now }) => {
  const unanswered = lastOf(steps, 'dhcp', ({ asked }) => asked === 'discover')
  const others = reasonWith(unanswered?.why, 'other-servers')
  if (unanswered && others && held.includes(others.network)) {
    return {
      id: 'rival',
      title: 'Another DHCP server answers here, so Bootwright gives no addresses',
      evidence: [seen(unanswered, now)],
      advice:
        'Stop that server, or allow it with `rivals: [its address]`, or leave the addresses to it with `mode: proxy`.',
    }
  }
  const foreign = lastOf(steps, 'foreign')
  if (!foreign || after(steps, foreign).some(isAlive)) return undefined
  const asked = lastOf(steps, 'dhcp', step => step.asked === 'request')
  const proxyMode = foreign.version === 6 ? 'mode6: boot' : 'mode: proxy'
  // Beside a DHCP server, that it gives the address is as it should be.
  if (foreign.boot === undefined && asked?.proxy !== false) return undefined
  const all = allOf(steps, 'foreign', ({ server }) => server === foreign.server)
  return {
    id: 'rival',
    title: `The DHCP${foreign.version === 6 ? 'v6' : ''} server ${foreign.server} answered this machine too, and it took that answer`,
    evidence: all.slice(-3).map(step => seen(step, now)),
    advice:
      foreign.boot === undefined
        ? `Stop ${foreign.server}, or leave the addresses to it with \`${proxyMode}\` in the network.`
        : `Take next-server and the boot file out of the config of ${foreign.server}, or make them say what \`bootwright explain --dhcp dnsmasq|kea|isc\` prints.`,
  }
}

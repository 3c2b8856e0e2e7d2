import { dnsmasqLines } from './foreign/dnsmasq.ts'
import { iscBranches } from './foreign/isc.ts'
import { keaClasses } from './foreign/kea.ts'
import { routerLines } from './foreign/routers.ts'
import { type ForeignFacts, familyOf, foreignRows } from './foreign/row.ts'
import type { ForeignRouter, ForeignServer } from './foreign/server.ts'

/** The lines for a foreign DHCP server or router: our loader to firmware, our script to iPXE. */
export function foreignLines(server: ForeignServer | ForeignRouter, facts: ForeignFacts): string {
  const rows = foreignRows(facts, seesMacs(server, facts))
  switch (server) {
    case 'dnsmasq':
      return dnsmasqLines(rows)
    case 'kea':
      return keaClasses(rows)
    case 'isc':
      return iscBranches(rows)
    default:
      return routerLines(server, rows)
  }
}

/** A sentence where the lines leave out what our own policy would say. */
export function leftOutOf(server: ForeignServer | ForeignRouter, facts: ForeignFacts): string[] {
  if (seesMacs(server, facts)) return []
  const all = foreignRows(facts, true)
  const prefixes = all.rows.flatMap(({ macs }) => macs ?? [])
  const macs = [...new Set([...all.cards.map(({ mac }) => mac), ...prefixes])]
  if (macs.length === 0) return []
  return [`${server} sees no MAC in DHCPv6: ${macs.join(', ')} are told what all others are`]
}

/** Kea and ISC's server have no expression for it in DHCPv6. */
function seesMacs(server: ForeignServer | ForeignRouter, facts: ForeignFacts): boolean {
  return familyOf(facts) === 4 || (server !== 'kea' && server !== 'isc')
}

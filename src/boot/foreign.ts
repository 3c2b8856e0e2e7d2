import { dnsmasqLines } from './foreign/dnsmasq.ts'
import { iscBranches } from './foreign/isc.ts'
import { keaClasses } from './foreign/kea.ts'
import { routerLines } from './foreign/routers.ts'
import { type ForeignFacts, foreignRows } from './foreign/row.ts'
import type { ForeignRouter, ForeignServer } from './foreign/server.ts'

/** The lines for a foreign DHCP server or router: our loader to firmware, our script to iPXE. */
export function foreignLines(server: ForeignServer | ForeignRouter, facts: ForeignFacts): string {
  const rows = foreignRows(facts)
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

import { dnsmasqLines } from './foreign/dnsmasq.ts'
import { iscBranches } from './foreign/isc.ts'
import { keaClasses } from './foreign/kea.ts'
import { type ForeignFacts, foreignRows } from './foreign/row.ts'
import type { ForeignServer } from './foreign/server.ts'

/** The lines for a foreign DHCP server's config: our loader to firmware, our script to iPXE. */
export function foreignLines(server: ForeignServer, facts: ForeignFacts): string {
  const rows = foreignRows(facts)
  switch (server) {
    case 'dnsmasq':
      return dnsmasqLines(rows)
    case 'kea':
      return keaClasses(rows)
    case 'isc':
      return iscBranches(rows)
  }
}

import { readFileSync } from 'node:fs'
import { outputOf } from './output-of.ts'

/** What stands in the way of machines, as far as it can be seen; undefined: nothing, or nothing to see. */
export function firewallDoubt(udp: readonly number[], tcp: readonly number[]): string | undefined {
  const ports = `UDP ${udp.join(', ')} and TCP ${tcp.join(', ')}`
  if (isUfwOn()) return `ufw is on: let ${ports} in (ufw allow …)`
  if (outputOf('firewall-cmd', ['--state'])?.trim() === 'running') {
    return `firewalld runs: let ${ports} in (firewall-cmd --add-port=…)`
  }
  const rules = outputOf('nft', ['list', 'ruleset'])
  const closed = rules === undefined ? [] : closedPorts(rules, udp)
  return closed.length === 0
    ? undefined
    : `the firewall (nft list ruleset) drops what it does not name, and does not name UDP ${closed.join(', ')}`
}

/** The ports that an input chain with `policy drop` says nothing of. Pure. */
export function closedPorts(ruleset: string, ports: readonly number[]): number[] {
  const chains = ruleset.match(/chain [^{]+\{[^}]*(?:\{[^}]*\}[^}]*)*\}/g) ?? []
  const closed = chains.filter(chain => /hook input[^;]*;\s*policy drop/.test(chain))
  if (closed.length === 0) return []
  return ports.filter(port => !new RegExp(`dport[^\\n]*\\b${port}\\b`).test(ruleset))
}

function isUfwOn(): boolean {
  try {
    return /^ENABLED=yes/m.test(readFileSync('/etc/ufw/ufw.conf', 'utf8'))
  } catch {
    return false
  }
}

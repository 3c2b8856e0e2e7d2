import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type End, type Running, start } from './cable.ts'
import { networkLines, range, range6, startDaemon } from './daemon.ts'
import type { Family } from './perfdhcp.ts'

/**
 * A DHCP server under test, with the same 65,000 addresses to lease for an hour. It is started with an
 * empty folder, and so without leases, and logs every lease to a file, as it comes out of its package;
 * with BENCH_QUIET=1 only what goes wrong.
 */
export interface DhcpServer {
  readonly name: string
  start(end: End, folder: string): Running
}

const quiet = process.env.BENCH_QUIET === '1'

/** This daemon: a lease is in SQLite and on disk before the ACK leaves. */
export const bootwright: DhcpServer = {
  name: 'bootwright',
  start: (end, folder) => startBootwright(end, folder, []),
}

/** The same, which gives IPv6 addresses too. */
export const bootwright6: DhcpServer = {
  name: 'bootwright',
  start: (end, folder) =>
    startBootwright(end, folder, [], `, mode6: server, range6: "${range6.from}-${range6.to}"`),
}

/** Starts it with these lines as the hosts of its config, whose profile is `none`, and more of its network. */
export function startBootwright(
  end: End,
  folder: string,
  hosts: readonly string[],
  ofNetwork = '',
): Running {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'assets', 'linux'), 'a kernel')
  const lines = [
    `assets: ${folder}/assets`,
    ...networkLines(end, ofNetwork),
    'profiles: { none: { kernel: linux } }',
    ...(hosts.length > 0 ? ['hosts:', ...hosts] : []),
  ]
  return startDaemon(end, folder, lines, { LOG_LEVEL: quiet ? 'warn' : 'info' })
}

/** Kea (Debian package `kea-dhcp4-server`) with all its threads and leases in a file without fsync. */
export const kea: DhcpServer = {
  name: 'kea',
  start(end, folder) {
    const pools = [{ pool: `${range.from} - ${range.to}` }]
    const interfaces = { interfaces: [end.device], 'dhcp-socket-type': 'udp' }
    return startKea(end, folder, 4, {
      'interfaces-config': interfaces,
      subnet4: [{ subnet: '10.99.0.0/16', pools }],
    })
  },
}

/** The same of Debian package `kea-dhcp6-server`. */
export const kea6: DhcpServer = {
  name: 'kea',
  start(end, folder) {
    const pools = [{ pool: `${range6.from} - ${range6.to}` }]
    return startKea(end, folder, 6, {
      'data-directory': folder,
      'interfaces-config': { interfaces: [end.device] },
      'preferred-lifetime': 3600,
      subnet6: [{ subnet: 'fd00:99::/64', interface: end.device, pools }],
    })
  },
}

function startKea({ inside }: End, folder: string, family: Family, more: object): Running {
  const config = join(folder, 'kea.json')
  const leases = { type: 'memfile', persist: true, name: `${folder}/leases.csv` }
  const severity = quiet ? 'WARN' : 'INFO'
  const name = `kea-dhcp${family}`
  const settings = {
    'lease-database': { ...leases, 'lfc-interval': 0 },
    'multi-threading': { 'enable-multi-threading': true },
    'valid-lifetime': 3600,
    loggers: [{ name, severity, output_options: [{ output: `${folder}/log` }] }],
    ...more,
  }
  writeFileSync(config, JSON.stringify({ [`Dhcp${family}`]: settings }))
  const env = { KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder }
  return start(inside([name, '-c', config]), join(folder, 'said'), env)
}

/** dnsmasq (Debian package `dnsmasq-base`) at its fastest: it asks nobody whether an address is free. */
export const dnsmasq: DhcpServer = {
  name: 'dnsmasq',
  start: (end, folder) => startDnsmasq(end, folder, `${range.from},${range.to},255.255.0.0,1h`),
}

export const dnsmasq6: DhcpServer = {
  name: 'dnsmasq',
  start: (end, folder) => startDnsmasq(end, folder, `${range6.from},${range6.to},64,1h`),
}

function startDnsmasq({ device, inside }: End, folder: string, given: string): Running {
  const where = [`--interface=${device}`, '--bind-interfaces', '--port=0', '--user=root']
  const files = [
    '--conf-file=/dev/null',
    `--pid-file=${folder}/pid`,
    `--dhcp-leasefile=${folder}/l`,
  ]
  const leases = [`--dhcp-range=${given}`, '--dhcp-lease-max=70000']
  const log = quiet ? ['--quiet-dhcp', '--quiet-dhcp6'] : [`--log-facility=${folder}/log`]
  const how = ['--keep-in-foreground', '--no-ping', ...log]
  return start(inside(['dnsmasq', ...where, ...files, ...leases, ...how]), join(folder, 'said'))
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type End, type Running, start } from './cable.ts'
import { networkLines, range, startDaemon } from './daemon.ts'

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

/** Starts it with these lines as the hosts of its config; their profile is `none`. */
export function startBootwright(end: End, folder: string, hosts: readonly string[]): Running {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'assets', 'linux'), 'a kernel')
  const lines = [
    `assets: ${folder}/assets`,
    ...networkLines(end),
    'profiles: { none: { kernel: linux } }',
    ...(hosts.length > 0 ? ['hosts:', ...hosts] : []),
  ]
  return startDaemon(end, folder, lines, { LOG_LEVEL: quiet ? 'warn' : 'info' })
}

/** Kea (Debian package `kea-dhcp4-server`) with all its threads and leases in a file without fsync. */
export const kea: DhcpServer = {
  name: 'kea',
  start({ device, inside }, folder) {
    const config = join(folder, 'kea.json')
    const leases = { type: 'memfile', persist: true, name: `${folder}/leases.csv` }
    const severity = quiet ? 'WARN' : 'INFO'
    const logger = { name: 'kea-dhcp4', severity, output_options: [{ output: `${folder}/log` }] }
    const pools = [{ pool: `${range.from} - ${range.to}` }]
    const settings = {
      'interfaces-config': { interfaces: [device], 'dhcp-socket-type': 'udp' },
      'lease-database': { ...leases, 'lfc-interval': 0 },
      'multi-threading': { 'enable-multi-threading': true },
      'valid-lifetime': 3600,
      subnet4: [{ subnet: '10.99.0.0/16', pools }],
      loggers: [logger],
    }
    writeFileSync(config, JSON.stringify({ Dhcp4: settings }))
    const env = { KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder }
    return start(inside(['kea-dhcp4', '-c', config]), join(folder, 'said'), env)
  },
}

/** dnsmasq (Debian package `dnsmasq-base`) at its fastest: it asks nobody whether an address is free. */
export const dnsmasq: DhcpServer = {
  name: 'dnsmasq',
  start({ device, inside }, folder) {
    const where = [`--interface=${device}`, '--bind-interfaces', '--port=0', '--user=root']
    const files = [
      '--conf-file=/dev/null',
      `--pid-file=${folder}/pid`,
      `--dhcp-leasefile=${folder}/l`,
    ]
    const leases = [
      `--dhcp-range=${range.from},${range.to},255.255.0.0,1h`,
      '--dhcp-lease-max=70000',
    ]
    const log = quiet ? ['--quiet-dhcp'] : [`--log-facility=${folder}/log`]
    const how = ['--keep-in-foreground', '--no-ping', ...log]
    return start(inside(['dnsmasq', ...where, ...files, ...leases, ...how]), join(folder, 'said'))
  },
}

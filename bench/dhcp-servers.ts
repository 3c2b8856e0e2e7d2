import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type End, type Running, start } from './cable.ts'

/**
 * A DHCP server under test. It is started with an empty folder for its leases, and so without any, and
 * logs every lease to a file, as it comes out of its package; with BENCH_QUIET=1 only what goes wrong.
 */
export interface DhcpServer {
  readonly name: string
  start(end: End, folder: string): Running
}

/** The same 65,000 addresses for all of them, leased for an hour. */
const range = { from: '10.99.1.0', to: '10.99.255.250' }

const quiet = process.env.BENCH_QUIET === '1'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** This daemon: a lease is in SQLite and on disk before the ACK leaves. */
export const bootwright: DhcpServer = {
  name: 'bootwright',
  start({ device, address, inside }, folder) {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'assets', 'linux'), 'a kernel')
    const config = join(folder, 'config.yaml')
    const lines = [
      `dataDir: ${folder}/data`,
      `assets: ${folder}/assets`,
      'networks:',
      '  bench:',
      `    { interface: ${device}, subnet: 10.99.0.0/16, serverAddress: ${address}, mode: server,`,
      `      range: ${range.from}-${range.to}, lease: 1h, rivals: warn }`,
      'profiles: { none: { kernel: linux } }',
      'hosts: {}',
    ]
    writeFileSync(config, `${lines.join('\n')}\n`)
    const flags = process.env.BENCH_NODE_FLAGS?.split(' ') ?? []
    const command = [process.execPath, ...flags, main, 'serve', '--config', config]
    const env = { LOG_LEVEL: quiet ? 'warn' : 'info' }
    return start(inside(command), join(folder, 'log'), env)
  },
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

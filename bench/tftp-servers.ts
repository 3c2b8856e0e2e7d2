import { join } from 'node:path'
import { type End, type Running, start } from './cable.ts'
import { startDaemon } from './daemon.ts'
import { findProgram } from './programs.ts'

/** A TFTP server under test; it serves the files of a folder on port 69. */
export interface TftpServer {
  readonly name: string
  start(end: End, files: string, folder: string): Promise<Running>
}

/** This daemon, whole: only DHCP is off. */
export const bootwright: TftpServer = {
  name: 'bootwright',
  async start(end, files, folder) {
    const { device, address } = end
    const network = `{ interface: ${device}, subnet: 10.99.0.0/16, serverAddress: ${address}, mode: none }`
    return startDaemon(end, folder, [`assets: ${files}`, `networks: { bench: ${network} }`])
  },
}

/** dnsmasq (Debian package `dnsmasq-base`), with a port for each download as it comes. */
export const dnsmasq: TftpServer = {
  name: 'dnsmasq',
  async start({ device, inside }, files, folder) {
    const program = await findProgram('dnsmasq', 'dnsmasq-base')
    const where = [`--interface=${device}`, '--bind-interfaces', '--port=0', '--user=root']
    const bounds = ['--conf-file=/dev/null', `--pid-file=${folder}/pid`, '--tftp-max=1000']
    const how = ['--keep-in-foreground', `--log-facility=${folder}/log`]
    const tftp = ['--enable-tftp', `--tftp-root=${files}`]
    return start(inside([program, ...where, ...bounds, ...tftp, ...how]), join(folder, 'said'))
  },
}

/** atftpd (Debian package `atftpd`): a thread and a port for each download. */
export const atftpd: TftpServer = {
  name: 'atftpd',
  async start({ address, inside }, files, folder) {
    const program = await findProgram('atftpd', 'atftpd')
    const where = ['--bind-address', address, '--port', '69', '--user', 'root', '--group', 'root']
    const how = ['--daemon', '--no-fork', '--maxthread', '1000', '--no-multicast', '--logfile', '-']
    return start(inside([program, ...how, ...where, files]), join(folder, 'said'))
  },
}

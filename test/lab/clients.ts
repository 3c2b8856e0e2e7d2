import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt } from './command.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import type { Computer } from './network.ts'

/** A daemon without images: its folder, and how to start it (again). */
export interface QuickDaemon {
  readonly folder: string
  configure(networks: string): void
  start(): Promise<Daemon>
}

const token = 'a-token-for-quick-daemons'

/** For tests that need addresses and scripts but no machine that boots. */
export function quickDaemon(
  network: Computer,
  networks: string,
  launcher: readonly string[] = [],
  hosts = oneHost,
): QuickDaemon {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-quick-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'assets'))
  for (const name of ['linux', 'initrd']) writeFileSync(join(folder, 'assets', name), name)
  writeFileSync(join(folder, 'token'), `${token}\n`, { mode: 0o600 })
  const config = join(folder, 'config.yaml')
  const configure = (text: string) => writeFileSync(config, `${common}${hosts}networks:\n${text}`)
  configure(networks)
  return {
    folder,
    configure,
    start: () =>
      startDaemon(network, { config, tokenFile: join(folder, 'token'), token, launcher }),
  }
}

/** The MAC of the host `node1`. */
export const node1 = '52:54:00:12:34:70'

const common = `
dataDir: ./data
assets: ./assets
admin: { tokenFile: ./token, allow: [127.0.0.0/8, "::1/128"] }
profiles:
  lab: { kernel: linux, initrd: initrd }
`
const oneHost = `hosts:
  node1: { mac: "${node1}", profile: lab }
`

/** What udhcpc was given. */
export interface Given {
  readonly ip: string
  readonly router: string
  readonly serverid: string
}

const script = '#!/bin/sh\n[ "$1" = bound ] && echo "$ip $router $serverid"\n'

/**
 * One udhcpc on `eth0` of a namespace: what it gets within some tries of a second each, few where it gets
 * nothing; `more` of its arguments.
 */
export async function udhcpc(
  namespace: string,
  tries = 30,
  more: readonly string[] = [],
): Promise<Given | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'udhcpc-'))
  const file = join(folder, 'script')
  writeFileSync(file, script)
  chmodSync(file, 0o755)
  const client = ['busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-f', '-A', '0', '-s', file]
  const { stdout } = await attempt([
    ...['ip', 'netns', 'exec', namespace, ...client],
    ...['-t', String(tries), '-T', '1', ...more],
  ])
  rmSync(folder, { recursive: true })
  const [ip, router = '', serverid = ''] = stdout.trim().split(' ')
  return ip ? { ip, router, serverid } : undefined
}

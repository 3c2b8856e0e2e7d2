import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { attempt } from './command.ts'
import { type ConfigSettings, labConfig } from './config.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import type { Lab } from './lab.ts'
import type { Peer } from './network.ts'
import { waitUntil } from './wait.ts'

/** A computer with a daemon, and keepalived for the address that it shares with others. */
export interface VrrpNode {
  readonly name: string
  readonly daemon: Daemon
  /** Resolves when it serves machines, and has the address. */
  works(t: Test, since: string): Promise<void>
  /** All that runs there is gone at once, and nobody says good-bye on the network. */
  losePower(): Promise<void>
  /** Cable and keepalived are there again, and the daemon stands by. */
  comeBack(): Promise<void>
}

export interface NodeSettings {
  readonly name: string
  readonly address: string
  /** The address that is shared. */
  readonly shared: string
  readonly settings: ConfigSettings
}

/** Starts both on a computer of its own. */
export async function startNode(t: Test, lab: Lab, node: NodeSettings): Promise<VrrpNode> {
  const { name, address, shared } = node
  const computer = await lab.network.addPeer(address)
  const ip = (...args: string[]) => attempt(['ip', '-n', computer.namespace, ...args])
  const keepalived = keepalivedOn(t, lab, computer, node)
  const daemon = await startDaemon(computer, writeConfig(lab, node))
  const hasAddress = async () => {
    const { stdout } = await ip('-4', '-o', 'address', 'show', 'dev', 'eth0')
    return stdout.includes(`${shared}/`) || undefined
  }
  const serves = async () =>
    (await daemon.api('/readyz/lab').catch(() => undefined))?.status === 200 || undefined
  keepalived.start()
  return {
    ...{ name, daemon },
    async works(t, since) {
      const begun = performance.now()
      const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`
      await waitUntil(`${name} at work`, 60, serves)
      const database = seconds()
      await waitUntil(`${shared} at ${name}`, 60, hasAddress)
      t.comment(
        `${since}: ${name} has the database after ${database}, the address after ${seconds()}`,
      )
    },
    async losePower() {
      await ip('link', 'set', 'eth0', 'down')
      await Promise.all([daemon.kill('SIGKILL'), keepalived.kill()])
      await ip('address', 'delete', `${shared}/24`, 'dev', 'eth0')
    },
    async comeBack() {
      await ip('link', 'set', 'eth0', 'up')
      keepalived.start()
      await daemon.start()
    },
  }
}

function writeConfig(lab: Lab, { name, settings }: NodeSettings) {
  const config = join(lab.folder, `${name}.yaml`)
  const text = labConfig(lab, settings)
    .replace('dataDir: ./data', `dataDir: ./data-${name}`)
    .replace('interface: br0', 'interface: eth0')
  writeFileSync(config, text)
  const tokenFile = join(lab.folder, 'token')
  const token = readFileSync(tokenFile, 'utf8').trim()
  return { config, tokenFile, token, launcher: computerOf(name) }
}

/** What starts a daemon on a computer of this name: it is named by that. */
export function computerOf(name: string): readonly string[] {
  return ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', name]
}

/** With the config that operators are given, but for the names of here. */
function keepalivedOn(t: Test, lab: Lab, computer: Peer, { name, shared }: NodeSettings) {
  const given = readFileSync(new URL('../../config/keepalived.conf', import.meta.url), 'utf8')
  const text = given
    .replace('readyz/rack', 'readyz/lab')
    .replace('interface br0', 'interface eth0')
    .replace('10.77.0.1/24', `${shared}/24`)
  const file = (ending: string) => join(lab.folder, `${name}.${ending}`)
  writeFileSync(file('keepalived'), text, { mode: 0o600 })
  const files = ['-f', file('keepalived'), '-p', file('pid'), '-r', file('vrrp-pid')]
  let [log, pids] = ['', [] as number[]]
  t.teardown(() => t.passing() || t.comment(`keepalived of ${name}:\n${log}`))
  return {
    start(): void {
      if (pids.some(isAlive)) return
      const { pid, stdout, stderr } = computer.start([
        'keepalived',
        '-n',
        '-l',
        '-D',
        '-P',
        ...files,
      ])
      for (const said of [stdout, stderr]) said?.on('data', text => (log += text))
      pids = pid === undefined ? [] : [pid]
    },
    async kill(): Promise<void> {
      pids = ['pid', 'vrrp-pid'].map(ending => Number(readFileSync(file(ending), 'utf8')))
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      await waitUntil('the end of keepalived', 10, () => !pids.some(isAlive) || undefined)
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

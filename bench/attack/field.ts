import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../../test/lab/command.ts'
import { createNetwork, type Network, type Peer } from '../../test/lab/network.ts'
import { addSshdMachine, type SshdMachine } from '../../test/lab/sshd-machine.ts'
import type { Running } from '../cable.ts'
import { main, startDaemon } from '../daemon.ts'

export const server = '10.99.0.1'
/** The reserved address of the host that is installed. */
export const victim = '10.99.0.20'

/** A network with a daemon, machines that mean no harm, one that does, and a host that is installed. */
export interface Field {
  readonly network: Network
  readonly folder: string
  readonly daemon: Running
  readonly innocents: Peer
  readonly attacker: Peer
  readonly installed: SshdMachine
  remove(): Promise<void>
}

const lines = (mac: string) => [
  'assets: ./assets',
  'admin: { allow: [127.0.0.0/8, 10.99.0.0/16], tokens: [{ name: wall, tokenFile: read-token }] }',
  'syslog: { port: 514 }',
  'networks:',
  '  bench: { interface: br0, mode: server, range: 10.99.1.0-10.99.63.250, rivals: warn }',
  'profiles:',
  '  p: { kernel: images/kernel, initrd: images/initrd, cmdline: "{{ files.a }}", files: { a: answers } }',
  '  chatty: { extends: p, deploy: talk }',
  '  chatty-ssh: { extends: p, phoneHome: ssh, login: password, deploy: script }',
  'callbacks:',
  '  talk: { command: { run: [./chatter.sh] } }',
  '  script: { ssh: { script: ./chatter.sh } }',
  'consoles: { port: { command: { run: [yes, a line of a console that never stops] } } }',
  'hosts:',
  `  d1: { mac: "${mac}", address: ${victim}, profile: p, console: port }`,
]

export async function createField(): Promise<Field> {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'bootwright-attack-'))
  const network = await createNetwork(server)
  await run(['ip', '-n', network.namespace, 'address', 'flush', 'dev', 'br0'])
  await widen(server, 'br0', network.namespace)
  const innocents = await plug(network, '10.99.0.10')
  const attacker = await plug(network, '10.99.0.11')
  // The attacker may speak as any of these, which nobody else has.
  await run([
    ...['ip', '-n', attacker.namespace, 'route', 'add'],
    ...['local', '10.99.128.0/17', 'dev', 'eth0'],
  ])
  const installed = await addSshdMachine(network, victim)
  writeFiles(folder)
  const inside = (command: readonly string[]) => [
    ...['ip', 'netns', 'exec', network.namespace],
    ...command,
  ]
  const end = { name: network.namespace, device: 'br0', address: server, inside }
  const daemon = startDaemon(end, folder, lines(installed.mac))
  const remove = async () => {
    await daemon.end()
    network.remove()
    rmSync(folder, { recursive: true, force: true })
  }
  const field = { network, folder, daemon, innocents, attacker, installed, remove }
  await ready(field)
  return field
}

async function plug(network: Network, address: string): Promise<Peer> {
  const peer = await network.addPeer(address)
  await run(['ip', '-n', peer.namespace, 'address', 'flush', 'dev', 'eth0'])
  await widen(address, 'eth0', peer.namespace)
  await run(['ip', '-n', peer.namespace, 'route', 'add', 'default', 'dev', 'eth0'])
  return peer
}

function widen(address: string, device: string, namespace: string): Promise<string> {
  return run(['ip', '-n', namespace, 'address', 'add', `${address}/16`, 'dev', device])
}

function writeFiles(folder: string): void {
  for (const name of ['loaders', 'images'])
    mkdirSync(join(folder, 'assets', name), { recursive: true })
  writeFileSync(join(folder, 'assets/loaders/undionly.kpxe'), Buffer.alloc(70_001, 'loader'))
  for (const name of ['kernel', 'initrd']) {
    writeFileSync(join(folder, 'assets/images', name), Buffer.alloc(8_000_000, name))
  }
  writeFileSync(join(folder, 'read-token'), 'a-token-that-only-reads\n')
  writeFileSync(join(folder, 'answers'), 'host={{ host.name }}\n')
  writeFileSync(join(folder, 'chatter.sh'), '#!/bin/sh\nexec seq 1 400000000\n', { mode: 0o755 })
}

async function ready({ daemon, remove }: Field): Promise<void> {
  // A machine that does other work besides takes its time.
  for (let tries = 0; !daemon.said().includes('"msg":"ready"'); tries++) {
    if (tries > 1200) {
      const said = daemon.said()
      await remove()
      throw new Error(`it does not start: ${said}`)
    }
    await sleep(50)
  }
}

/** Asks for an install of the host by this profile, and leaves its machine off. */
export async function wish(field: Field, profile: string): Promise<void> {
  await operator(field, 'install', 'd1', '--profile', profile, '--replace', '--yes')
}

/** Installs the host by this profile as far as its `ready`; resolves to its token. */
export async function boot(field: Field, profile: string): Promise<string> {
  await wish(field, profile)
  const { installed } = field
  const script = await installed.fetchScript()
  const token = /phone-home\/(\S+)/.exec(script.cmdline)?.[1] ?? ''
  if (profile === 'chatty-ssh') await installed.bootInstaller(script)
  else await installed.ask(`http://${server}:8080/phone-home/${token}?event=ready`)
  return token
}

/** Plugs the machine of the host in, or out: what is off answers nothing. */
export async function power({ installed }: Field, state: 'up' | 'down'): Promise<void> {
  await run(['ip', '-n', installed.peer.namespace, 'link', 'set', 'eth0', state])
}

/** The host's state, as an operator is told. */
export async function stateOf(field: Field): Promise<string> {
  const text = await operator(field, 'show', 'd1', '--json')
  return String(JSON.parse(text).host?.state)
}

export function operator({ network, folder }: Field, ...words: readonly string[]): Promise<string> {
  const token = ['--token-file', join(folder, 'data/admin-token')]
  return network.run(['timeout', '20', process.execPath, main, ...words, ...token])
}

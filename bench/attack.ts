import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../test/lab/command.ts'
import { createNetwork, type Peer } from '../test/lab/network.ts'
import { addSshdMachine } from '../test/lab/sshd-machine.ts'
import type { Aim } from './attack/aim.ts'
import { floodNames } from './attack/floods.ts'
import type { Delays, Innocents } from './attack/innocents.ts'
import { main, startDaemon } from './daemon.ts'
import { digits, machine } from './figures.ts'
import { memoryOf } from './usage.ts'

/**
 * Plays every flood against a real daemon in a network of its own, while innocents are measured: whole
 * DHCP exchanges (DISCOVER to ACK) and `/healthz`, each some 25 times a second, whatever became of the one
 * before. Prints a line for each flood with the percentiles in milliseconds; idle comes first. The bar is a
 * p99 of 50 ms. Ends with 1 where it is missed.
 *
 *   node bench/attack.ts [seconds of each flood] [only floods whose name has this]     needs root, sshd
 */
const [secondsText = '6', only = ''] = process.argv.slice(2)
const seconds = Number(secondsText)
const barMs = 50
const server = '10.99.0.1'
const victim = '10.99.0.20'

/** What does not come by the wire: `before` it is measured, or while. */
const own: Readonly<
  Record<string, { before?(): Promise<unknown>; meanwhile?(): Promise<unknown> }>
> = {
  'B9 a deploy that never stops talking, here': { before: () => boot('chatty') },
  'B9 the same over SSH': {
    async before() {
      await boot('chatty-ssh')
      // Looked for every three seconds, then it has to prove itself.
      await sleep(8000)
    },
  },
  'B14 SIGHUP, 100 a second': {
    meanwhile: async () => {
      for (let sent = 0; sent < seconds * 100; sent++) {
        process.kill(daemon.pid, 'SIGHUP')
        await sleep(10)
      }
    },
  },
}

const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'bootwright-attack-'))
const network = await createNetwork(server)
const widen = (address: string, device: string, namespace: string) =>
  run(['ip', '-n', namespace, 'address', 'add', `${address}/16`, 'dev', device])
const plug = async (address: string) => {
  const peer = await network.addPeer(address)
  await run(['ip', '-n', peer.namespace, 'address', 'flush', 'dev', 'eth0'])
  await widen(address, 'eth0', peer.namespace)
  await run(['ip', '-n', peer.namespace, 'route', 'add', 'default', 'dev', 'eth0'])
  return peer
}
await run(['ip', '-n', network.namespace, 'address', 'flush', 'dev', 'br0'])
await widen(server, 'br0', network.namespace)
const innocents = await plug('10.99.0.10')
const attacker = await plug('10.99.0.11')
// The attacker may speak as any of these, which nobody else has.
await run([
  ...['ip', '-n', attacker.namespace, 'route', 'add'],
  ...['local', '10.99.128.0/17', 'dev', 'eth0'],
])
const installed = await addSshdMachine(network, victim)

for (const name of ['loaders', 'images'])
  mkdirSync(join(folder, 'assets', name), { recursive: true })
writeFileSync(join(folder, 'assets/loaders/undionly.kpxe'), Buffer.alloc(70_001, 'loader'))
for (const name of ['kernel', 'initrd']) {
  writeFileSync(join(folder, 'assets/images', name), Buffer.alloc(8_000_000, name))
}
writeFileSync(join(folder, 'read-token'), 'a-token-that-only-reads\n')
writeFileSync(join(folder, 'answers'), 'host={{ host.name }}\n')
writeFileSync(join(folder, 'chatter.sh'), '#!/bin/sh\nexec seq 1 400000000\n', { mode: 0o755 })

const daemon = startDaemon(
  {
    ...{ name: network.namespace, device: 'br0', address: server },
    inside: command => ['ip', 'netns', 'exec', network.namespace, ...command],
  },
  folder,
  [
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
    'hosts:',
    `  d1: { mac: "${installed.mac}", address: ${victim}, profile: p }`,
  ],
)
const rows: { flood: string; innocents: Innocents; memory: number }[] = []
try {
  await ready()
  // Some exchanges warm it up: a daemon runs for weeks.
  await measure(2)
  rows.push({ flood: 'idle', innocents: await measure(seconds), memory: memoryOf(daemon.pid) })
  for (const name of [...floodNames, ...Object.keys(own)]) {
    if (!name.includes(only)) continue
    process.stderr.write(`${name}\n`)
    const token = await boot('p')
    const aim = { server, victim, mac: installed.mac, token, seconds } satisfies Aim
    const failed = (error: unknown) => process.stderr.write(`${name}: ${error}\n`)
    const flood = own[name] ?? { meanwhile: () => play(name, aim) }
    await flood.before?.().catch(failed)
    const played = flood.meanwhile?.().catch(failed)
    rows.push({ flood: name, innocents: await measure(seconds), memory: memoryOf(daemon.pid) })
    await played
    await operator('cancel', 'd1').catch(() => {})
    await sleep(1500)
  }
  process.stdout.write(table())
} finally {
  await daemon.end()
  network.remove()
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = rows.every(({ innocents }) => isWithin(innocents)) ? 0 : 1

async function ready(): Promise<void> {
  for (let tries = 0; !daemon.said().includes('"msg":"ready"'); tries++) {
    if (tries > 200) throw new Error(`it does not start: ${daemon.said()}`)
    await sleep(50)
  }
}

/** Installs the victim as far as its `ready`, by this profile; resolves to its token. */
async function boot(profile: string): Promise<string> {
  await operator('install', 'd1', '--profile', profile, '--replace', '--yes')
  const script = await installed.fetchScript()
  const token = /phone-home\/(\S+)/.exec(script.cmdline)?.[1] ?? ''
  if (profile === 'chatty-ssh') await installed.bootInstaller(script)
  else await installed.ask(`http://${server}:8080/phone-home/${token}?event=ready`)
  return token
}

async function operator(...words: readonly string[]): Promise<void> {
  const token = ['--token-file', join(folder, 'data/admin-token')]
  await network.run(['timeout', '20', process.execPath, main, ...words, ...token])
}

/** Measures innocents for so many seconds. */
async function measure(seconds: number): Promise<Innocents> {
  return JSON.parse(await inside(innocents, 'innocents.ts', [server, String(seconds)]))
}

async function play(flood: string, aim: Aim): Promise<void> {
  await inside(attacker, 'play.ts', [flood, JSON.stringify(aim)])
}

function inside({ namespace }: Peer, program: string, args: readonly string[]): Promise<string> {
  const path = new URL(`./attack/${program}`, import.meta.url).pathname
  return run(['ip', 'netns', 'exec', namespace, process.execPath, path, ...args])
}

function isWithin({ dhcp, http }: Innocents): boolean {
  return [dhcp, http].every(({ p99, lost }) => p99 <= barMs && lost === 0)
}

function table(): string {
  const cells = ({ p50, p99, max, lost }: Delays) => [digits(p50), digits(p99), digits(max), lost]
  const head = ['flood', ...['DHCP', '/healthz'].flatMap(w => [`${w} p50`, 'p99', 'max', 'lost'])]
  const lines = rows.map(({ flood, innocents, memory }) => {
    const all = [...cells(innocents.dhcp), ...cells(innocents.http), Math.round(memory)]
    return [flood, ...all, isWithin(innocents) ? 'yes' : 'NO']
  })
  const text = [[...head, 'MB', 'within'], head.map(() => '---').concat('---', '---'), ...lines]
  const { cpus, model } = machine()
  return `${text.map(line => `| ${line.join(' | ')} |`).join('\n')}\n\n${cpus} x ${model}; ms\n`
}

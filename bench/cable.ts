import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../test/lab/command.ts'

/** Two computers and nothing else: namespaces that a veth pair joins, 10.99.0.1 and 10.99.0.2 of a /16, fd00:99::1 and fd00:99::2. */
export interface Cable {
  readonly server: End
  readonly client: End
  remove(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One of the two. */
export interface End {
  readonly device: string
  readonly address: string
  /** Its namespace. */
  readonly name: string
  /** The command line that runs a command there. */
  inside(command: readonly string[]): string[]
}

/**
 * Makes them; they go with `remove`, or when this process ends or is signalled. Several cables at a time
 * need names.
 */
export async function layCable(name = ''): Promise<Cable> {
  const server = endOf(`${name}server`, 's0', '10.99.0.1')
  const client = endOf(`${name}client`, 'c0', '10.99.0.2')
  const clear = () => {
    for (const { name } of [server, client]) spawnSync('ip', ['netns', 'del', name])
  }
  const leave = () => process.exit(1)
  process.once('exit', clear)
  for (const signal of signals) process.on(signal, leave)
  for (const { name } of [server, client]) await run(['ip', 'netns', 'add', name])
  const peer = ['peer', 'name', client.device, 'netns', client.name]
  await run(['ip', '-n', server.name, 'link', 'add', server.device, 'type', 'veth', ...peer])
  for (const { name, device, address } of [server, client]) {
    const [, n] = address.split('10.99.0.')
    const add = ['ip', '-n', name, 'address', 'add']
    await run([...add, `${address}/16`, 'dev', device])
    // Kea binds to its link-local address once, and that is refused while the kernel still probes for it. One that
    // tells no MAC leaves perfdhcp's clients behind it those of their DUIDs.
    await run(['ip', '-n', name, 'link', 'set', device, 'addrgenmode', 'none'])
    for (const own of [`fd00:99::${n}`, `fe80::${n}`])
      await run([...add, `${own}/64`, 'dev', device, 'nodad'])
    for (const link of ['lo', device]) await run(['ip', '-n', name, 'link', 'set', link, 'up'])
  }
  for (const end of [server, client]) {
    // Where it is bbr, what is measured is how bbr paces. A namespace may always have this one.
    const control = 'net.ipv4.tcp_congestion_control=reno'
    await run(end.inside(['sysctl', '-q', '-w', control]))
    await carrier(end)
  }
  return {
    server,
    client,
    remove() {
      clear()
      process.off('exit', clear)
      for (const signal of signals) process.off(signal, leave)
    },
  }
}

/** The kernel may take a second to notice that both ends are up, and Kea passes over a link that is not. */
async function carrier({ name, device }: End): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const state = await run(['ip', '-n', name, '-o', 'link', 'show', device])
    if (state.includes('state UP')) return
    await sleep(50)
  }
  throw new Error(`${device} does not come up`)
}

function endOf(role: string, device: string, address: string): End {
  const name = `bench${process.pid}-${role}`
  return { device, address, name, inside: command => ['ip', 'netns', 'exec', name, ...command] }
}

/** A command that goes on until `end`; it dies with us too. */
export interface Running {
  readonly pid: number
  /** The last that it has said. */
  said(): string
  end(): Promise<void>
}

/** Starts a command. What it says goes to a file, as it would go to the journal. */
export function start(
  command: readonly string[],
  log: string,
  env: NodeJS.ProcessEnv = {},
): Running {
  const file = openSync(log, 'a')
  // setpriv and ip replace themselves, so the child's pid is the command's.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    stdio: ['ignore', file, file],
    env: { ...process.env, ...env },
  })
  closeSync(file)
  const ended = once(child, 'close')
  return {
    pid: child.pid ?? 0,
    said: () => readFileSync(log, 'utf8').slice(-2000),
    end: () => end(child, ended),
  }
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(patience)
}

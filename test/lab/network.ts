import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { attempt, type Outcome, run } from './command.ts'

/** A network of our own: a namespace with a bridge, and what is plugged into it. */
export interface Network {
  readonly namespace: string
  readonly bridge: string
  /** The address of the bridge, where the daemon listens. */
  readonly address: string
  /** Runs a command inside to its end, whatever its exit code. */
  attempt(command: readonly string[], input?: string): Promise<Outcome>
  /** Runs a command inside that has to succeed. */
  run(command: readonly string[], input?: string): Promise<string>
  /** Starts a command inside that goes on; it dies with the network, or with us. */
  start(command: readonly string[], stdin?: 'ignore' | 'pipe'): ChildProcess
  /** A tap on the bridge for one machine. */
  addTap(): Promise<string>
  /** Another computer on the bridge: a namespace of its own with `eth0` and this address. */
  addPeer(address: string): Promise<Peer>
  /** Ends and removes all other computers. */
  removePeers(): void
  /** Ends what runs inside and removes everything; also done when the process ends or is signalled. */
  remove(): void
}

/** Where programs run that see one computer's network. */
export type Computer = Pick<Network, 'namespace' | 'attempt' | 'start'>

/** Another computer on the same bridge. */
export interface Peer extends Computer {
  readonly address: string
}

const bridge = 'br0'
const living = new Set<Network>()
let count = 0

/** Makes a network; its bridge has `address`/24 and nothing leads out of it. */
export async function createNetwork(address = '10.77.0.1'): Promise<Network> {
  removeOnExit()
  count += 1
  const namespace = `bw${process.pid}-${count}`
  const network = networkIn(namespace, address)
  living.add(network)
  await run(['ip', 'netns', 'add', namespace])
  await network.run(['sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'])
  await network.run(['ip', 'link', 'add', bridge, 'type', 'bridge', 'forward_delay', '0'])
  await network.run(['ip', 'address', 'add', `${address}/24`, 'dev', bridge])
  await network.run(['ip', 'link', 'set', 'lo', 'up'])
  await network.run(['ip', 'link', 'set', bridge, 'up'])
  return network
}

function networkIn(namespace: string, address: string): Network {
  let taps = 0
  let computers = 0
  const peers: Peer[] = []
  const network: Network = {
    namespace,
    bridge,
    address,
    attempt: (command, input) => attempt(inside(namespace, command), input),
    run: (command, input) => run(inside(namespace, command), input),
    start: (command, stdin) => startInside(namespace, command, stdin),
    addTap: async () => {
      const tap = `tap${taps++}`
      await network.run(['ip', 'tuntap', 'add', tap, 'mode', 'tap'])
      await network.run(['ip', 'link', 'set', tap, 'master', bridge, 'up'])
      return tap
    },
    addPeer: async peerAddress => {
      computers += 1
      const peer = peerIn(`${namespace}-p${computers}`, peerAddress)
      peers.push(peer)
      await plugIn(peer, network, `peer${computers}`)
      return peer
    },
    removePeers: () => {
      for (const peer of peers.splice(0)) removeNamespace(peer.namespace)
    },
    remove: () => {
      living.delete(network)
      network.removePeers()
      removeNamespace(namespace)
    },
  }
  return network
}

function peerIn(namespace: string, address: string): Peer {
  return {
    ...{ namespace, address },
    attempt: (command, input) => attempt(inside(namespace, command), input),
    start: (command, stdin) => startInside(namespace, command, stdin),
  }
}

async function plugIn(peer: Peer, network: Network, port: string): Promise<void> {
  const { namespace, address } = peer
  await run(['ip', 'netns', 'add', namespace])
  const cable = ['ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0']
  await network.run([...cable, 'netns', namespace])
  await network.run(['ip', 'link', 'set', port, 'master', bridge, 'up'])
  await run(inside(namespace, ['ip', 'address', 'add', `${address}/24`, 'dev', 'eth0']))
  await run(inside(namespace, ['ip', 'link', 'set', 'lo', 'up']))
  await run(inside(namespace, ['ip', 'link', 'set', 'eth0', 'up']))
}

function inside(namespace: string, command: readonly string[]): string[] {
  return ['ip', 'netns', 'exec', namespace, ...command]
}

function startInside(
  namespace: string,
  command: readonly string[],
  stdin: 'ignore' | 'pipe' = 'ignore',
): ChildProcess {
  // setpriv and ip replace themselves, so the child's pid is the command's; it dies even when we are killed with -9.
  const [program = '', ...args] = ['setpriv', '--pdeathsig', 'KILL', ...inside(namespace, command)]
  return spawn(program, args, { stdio: [stdin, 'pipe', 'pipe'] })
}

function removeNamespace(namespace: string): void {
  const pids = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
  for (const pid of pids.stdout.split('\n').filter(line => line !== '')) kill(Number(pid))
  spawnSync('ip', ['netns', 'del', namespace])
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}

function removeOnExit(): void {
  if (count > 0) return
  const removeAll = () => {
    for (const network of living) network.remove()
  }
  process.on('exit', removeAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Not `once`: Ctrl-C under npm arrives twice, and the second must not end us half-way.
    process.on(signal, () => {
      removeAll()
      process.exit(1)
    })
  }
}

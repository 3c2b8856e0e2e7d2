import { run } from './command.ts'
import { readLines } from './lines.ts'
import type { Network, Peer } from './network.ts'
import { waitUntil } from './wait.ts'

/** A DHCP relay, and by what it is known to be up, when its log has that. */
export interface Relay {
  readonly command: readonly string[]
  readonly up: RegExp
}

/** A router between our bridge (`eth0`) and a machine that has no cable (`eth0`) but to it (`eth1`). */
export async function layRelayCable(network: Network): Promise<{ router: Peer; machine: Peer }> {
  const router = await network.addPeer('10.77.0.2')
  // It goes away with the network: the name is one that its `remove` takes along.
  const machine = await network.addPeer('10.77.0.240')
  await run(['ip', '-n', machine.namespace, 'link', 'delete', 'eth0'])
  const cable = ['link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'eth0']
  await run(['ip', '-n', router.namespace, ...cable, 'netns', machine.namespace])
  return { router, machine }
}

/** Starts a relay, and waits until it is up. */
export async function startRelay(
  { start }: Pick<Peer, 'start'>,
  { command, up }: Relay,
): Promise<void> {
  const log: string[] = []
  readLines(start(command).stderr, line => log.push(line))
  const isUp = () => log.some(line => up.test(line)) || undefined
  await waitUntil(() => `a relay: ${log.join('\n')}`, 10, isUp)
}

import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import type { ContentOf } from '../../boot/event.ts'
import type { NetworkWith4 } from '../../boot/network-address.ts'
import type { ReasonOf } from '../../boot/reason.ts'
import { foreignBootWords } from '../../boot/words/dhcp-reason.ts'
import { textOf } from '../../boot/words/event.ts'
import { isLoopback } from '../../dhcp/on-link.ts'
import { createProber, lookMs } from '../../dhcp/probe.ts'
import { createRivalWatch, type RivalWatch } from '../../dhcp/rival-watch.ts'
import { foreignBootOf, type Rival, type RivalRule, type RivalVerdict } from '../../dhcp/rivals.ts'
import {
  type DhcpServer,
  type DhcpServerOptions,
  type HandedSocket,
  openDhcp,
} from '../../dhcp/server.ts'
import { createNeighbours, isSure } from '../../system/neighbours.ts'
import { probeMac } from '../../system/probe-mac.ts'
import {
  formatIpv4,
  type Ipv4,
  limitedBroadcast,
  type Mac,
  unspecified,
} from '../../wire/address.ts'
import type { DoorParts } from '../parts.ts'
import { deskOptions } from './dhcp-desk.ts'

/** The DHCP server with what watches over it. */
export interface DhcpDoor {
  reload(): Promise<void>
  /** Networks that give no addresses because of other DHCP servers, and why. */
  held(): readonly ReasonOf<'other-servers'>[]
  /** A sentence for each other DHCP server that answers in a network. */
  rivals(network: string): readonly string[]
  close(): Promise<void>
}

/** Nobody but us hears it: any port does. */
const discard = 9

/** Opens the DHCP sockets, then asks who else is there. */
export async function openDhcpDoor(
  parts: DoorParts,
  handedOver: readonly HandedSocket[],
): Promise<DhcpDoor> {
  const { world, packets, log } = parts
  const { dhcp, dataDir } = world.config()
  const ports = { dhcp: dhcp.port, proxy: dhcp.proxyPort }
  const mac = probeMac(join(dataDir, 'probe-mac'))
  const poke = (network: NetworkWith4, address: Ipv4) =>
    server.send(network, new Uint8Array(1), { address, port: discard })
  const prober = openProber(poke, parts)
  let watch: RivalWatch | undefined
  const server: DhcpServer = await openDhcp({
    ports,
    handedOver,
    ...deskOptions(parts, network => watch?.rivalsOf(network) ?? []),
    heard(client, bytes, { port, broadcast, source, network }) {
      const address = broadcast ? limitedBroadcast : (network?.serverAddress ?? unspecified)
      packets.heard(client, bytes, source, { address, port: ports[port] })
    },
    sent: (reply, bytes) => packets.answered(reply, bytes, ports[reply.via]),
    shut: network => watch?.shut(network),
    ...prober,
    // The kernel forgets slowly: asked now, its table tells in some seconds whether somebody is there still.
    released: poke,
    ownMac: mac,
  })
  watch = openWatch(server, mac, parts)
  const look = () => watch?.tick().catch(err => log.error({ err }, 'rivals'))
  const clock = setInterval(look, 1000)
  return {
    reload: server.reload,
    held: () => watch?.held() ?? [],
    rivals(name) {
      const network = world.networks4().find(known => known.name === name)
      return network ? (watch?.rivalsOf(network) ?? []).map(rivalLine) : []
    },
    async close() {
      clearInterval(clock)
      watch?.close()
      await server.close()
    },
  }
}

/** Asks the link who has an address. On loopback there is nobody to ask. */
function openProber(
  poke: (network: NetworkWith4, address: Ipv4) => void,
  parts: DoorParts,
): Pick<DhcpServerOptions, 'holderOf' | 'answersAt'> {
  const { memory, now } = parts
  const prober = createProber({
    poke,
    neighbours: createNeighbours(lookMs).macsOf,
    isSure,
    wasGivenBack: address => memory.leases.byAddress(address)?.state === 'released',
    answersForMany: (network, by, addresses) => tellMany(network, by, addresses, parts),
    now,
  })
  return {
    holderOf: async (network, address, client) =>
      isLoopback(network) ? undefined : prober.holderOf(network, address, client),
    answersAt: async (network, address) =>
      isLoopback(network) ? [] : prober.answersAt(network, address),
  }
}

function openWatch(server: DhcpServer, mac: Mac, parts: DoorParts): RivalWatch {
  const { world, memory, log, now } = parts
  const settingsOf = ({ name }: NetworkWith4) => world.config().networks.find(n => n.name === name)
  const watch = createRivalWatch({
    networks: world.networks4,
    rule: (network): RivalRule => settingsOf(network)?.rivals ?? 'refuse',
    gaveAddresses: ({ name }) => memory.leases.gave(name),
    mac,
    server,
    port: world.config().dhcp.port,
    changed: (network, verdict) => tellVerdict(network, verdict, parts),
    deaf: err =>
      log.warn({ err }, 'port 68 cannot be had: other DHCP servers would not be noticed'),
    random: () => randomInt(2 ** 32),
    now,
  })
  void watch.tick()
  return watch
}

function rivalLine(rival: Rival): string {
  const gives = rival.gives === 'addresses' ? 'gives addresses' : 'gives no addresses'
  const boot = foreignBootOf(rival)
  return `${formatIpv4(rival.server)} ${gives}${boot ? ` and ${foreignBootWords(boot)}` : ''}`
}

function tellVerdict(
  { name: network }: NetworkWith4,
  verdict: RivalVerdict,
  parts: DoorParts,
): void {
  const event: ContentOf<'rival'> =
    verdict.kind === 'clear'
      ? { kind: 'rival', code: 'clear', data: { network } }
      : { kind: 'rival', code: verdict.kind, data: { network, why: verdict.why } }
  parts.memory.record({ host: null, ...event })
  const level = { clear: 'info', warned: 'warn', held: 'error' } as const
  parts.log[level[verdict.kind]](textOf(event))
}

function tellMany(
  { name }: NetworkWith4,
  by: Mac,
  addresses: readonly Ipv4[],
  { memory, log }: DoorParts,
): void {
  const data = { by, addresses: addresses.map(formatIpv4) }
  const event = { kind: 'conflict', code: 'answers-for-many', data } as const
  memory.record({ host: null, ...event })
  log.warn({ network: name, by }, textOf(event))
}

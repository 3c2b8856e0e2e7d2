import { join } from 'node:path'
import { type NetworkWith4, serverAddressesOf } from '../../boot/network-address.ts'
import type { ReasonOf } from '../../boot/reason.ts'
import type { HandedSocket } from '../../dhcp/server.ts'
import { sawTftp } from '../../record/seen-files.ts'
import type { HandedOver } from '../../system/handed-over.ts'
import { claimUdp, portError } from '../../system/ports.ts'
import { openTftp, type Tftp } from '../../tftp/server.ts'
import { formatIpv4 } from '../../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../../wire/ip-address.ts'
import type { DoorParts } from '../parts.ts'
import { type DhcpDoor, openDhcpDoor } from './dhcp-door.ts'
import { createDhcp6Door } from './dhcp6-door.ts'
import { httpAddresses } from './http-doors.ts'
import { createReceipts } from './receipts.ts'
import { openSyslogDoor } from './syslog-door.ts'
import { tftpNames } from './tftp-names.ts'
import { tftpTerms } from './tftp-terms.ts'

/** All sockets of the daemon. */
export interface Doors {
  /** Follows the networks that can be served now. */
  refresh(): Promise<void>
  /** Reads the certificate of HTTPS again. */
  renew(): void
  /** Sentences of networks that give no addresses because of other DHCP servers. */
  held(): readonly ReasonOf<'other-servers'>[]
  /** A sentence for each other DHCP server that answers in a network. */
  rivals(network: string): readonly string[]
  close(graceMs: number): Promise<void>
}

/** Opens HTTP, TFTP and DHCP, in this order: who gets an offer can fetch what it names. */
export async function openDoors(parts: DoorParts): Promise<Doors> {
  const { world, log, handedOver } = parts
  const config = world.config()
  const tied = (device: string | undefined, door: HandedOver['door']) =>
    handedOver.some(socket => socket.door === door && socket.interface === device)
  const { http } = parts
  const claimed = new Set<string>()
  let dhcp: DhcpDoor | undefined
  const tftp = await openTftpFor(parts)
  const syslog = openSyslogDoor(parts)
  const dhcp6 = createDhcp6Door(parts)

  const listenTftp = (addresses: readonly IpAddress[]) =>
    tftp.listen(addresses).catch(error => {
      throw portError(error, 'UDP', (error as { address?: string }).address ?? '', config.tftp.port)
    })
  const refreshDhcp = async () => {
    const served = world.networks4().filter(({ mode }) => mode !== 'none')
    for (const network of served) {
      if (!tied(network.interface, 'dhcp')) await claim(network, config.dhcp.port, claimed)
      if (!tied(network.interface, 'proxy')) await claim(network, config.dhcp.proxyPort, claimed)
    }
    try {
      if (dhcp) await dhcp.reload()
      else if (served.length > 0) dhcp = await openDhcpDoor(parts, dhcpSockets(handedOver))
    } catch (error) {
      const { address = '', port = 0 } = error as { address?: string; port?: number }
      throw portError(error, 'UDP', address, port)
    }
  }
  const refresh = async () => {
    const networks = world.networks()
    const addresses = [...new Set(networks.flatMap(serverAddressesOf))]
    await http.listen(httpAddresses(config, world))
    const untied = networks.filter(network => !tied(network.interface, 'tftp'))
    await listenTftp([...new Set(untied.flatMap(serverAddressesOf))])
    await syslog?.listen(addresses.map(formatIpAddress))
    await refreshDhcp()
    await dhcp6.reload()
  }
  const close = async (graceMs: number) => {
    await Promise.all([dhcp?.close(), dhcp6.close(), syslog?.close()])
    await Promise.all([tftp.close(), http.close(graceMs)])
  }

  try {
    await refresh()
  } catch (error) {
    await close(0)
    throw error
  }
  log.info({ networks: world.networks().map(({ name }) => name) }, 'ready')
  return {
    ...{ refresh, close, renew: http.renew },
    held: () => dhcp?.held() ?? [],
    rivals: network => [...(dhcp?.rivals(network) ?? []), ...dhcp6.rivals(network)],
  }
}

function dhcpSockets(handedOver: readonly HandedOver[]): HandedSocket[] {
  return handedOver.flatMap(({ door, ...rest }) => (door === 'tftp' ? [] : { door, ...rest }))
}

/** Sockets that were opened for TFTP stay, whatever the networks do. */
function openTftpFor(parts: DoorParts): Promise<Tftp> {
  const { world, log, timeline, measure, packets, handedOver } = parts
  const { tftp, assets, assetRoots } = world.config()
  const receipts = createReceipts()
  return openTftp({
    addresses: [],
    fds: handedOver.filter(({ door }) => door === 'tftp').map(({ fd }) => fd),
    port: tftp.port,
    limits: tftp.limits,
    roots: [join(assets, 'loaders'), assets],
    allowedRoots: assetRoots,
    virtual: tftpNames(parts, receipts),
    arrived: receipts.arrived,
    termsFor: tftpTerms(parts),
    log,
    seen(event) {
      measure.tftp(event)
      sawTftp(timeline, event)
    },
    keep: packet => packets.tapped(packet),
  })
}

/** Asks for a DHCP port of a network, once for each address. */
async function claim(network: NetworkWith4, port: number, claimed: Set<string>): Promise<void> {
  const address = formatIpv4(network.serverAddress)
  const key = `${address} ${port}`
  if (claimed.has(key)) return
  await claimUdp(address, port, network.interface)
  claimed.add(key)
}

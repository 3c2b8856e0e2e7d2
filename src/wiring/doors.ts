import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Network } from '../boot/host.ts'
import { createOffers } from '../dhcp/lease.ts'
import { type DhcpServer, openDhcp } from '../dhcp/server.ts'
import { createHttpServer } from '../http/server.ts'
import { claimUdp, portError } from '../system/ports.ts'
import { openTftp, type Tftp } from '../tftp/server.ts'
import { formatIpv4, type Ipv4 } from '../wire/address.ts'
import { appear } from './appear.ts'
import type { Parts } from './http-deps.ts'
import { withUuid } from './world.ts'

export interface DoorParts extends Parts {
  readonly app: FastifyInstance
  readonly log: FastifyBaseLogger
  now(): number
}

/** All sockets of the daemon. */
export interface Doors {
  /** Follows the networks that can be served now. */
  refresh(): Promise<void>
  close(graceMs: number): Promise<void>
}

/** Opens HTTP, TFTP and DHCP, in this order: who gets an offer can fetch what it names. */
export async function openDoors(parts: DoorParts): Promise<Doors> {
  const { world, log } = parts
  const config = world.config()
  const http = createHttpServer(parts.app, config.http.port)
  const tftps = new Map<string, Tftp>()
  const claimed = new Set<string>()
  let dhcp: DhcpServer | undefined

  const refreshTftp = async (addresses: readonly Ipv4[]) => {
    const wanted = addresses.map(formatIpv4)
    for (const [address, tftp] of tftps) {
      if (wanted.includes(address)) continue
      tftps.delete(address)
      await tftp.close()
    }
    for (const address of addresses) {
      const text = formatIpv4(address)
      if (!tftps.has(text)) tftps.set(text, await openTftpAt(address, parts))
    }
  }
  const refreshDhcp = async (networks: readonly Network[]) => {
    const served = networks.filter(({ mode }) => mode !== 'none')
    for (const network of served) await claim(network, config.dhcp, claimed)
    try {
      if (dhcp) await dhcp.reload()
      else if (served.length > 0) dhcp = await openDhcpFor(parts)
    } catch (error) {
      const { address = '', port = 0 } = error as { address?: string; port?: number }
      throw portError(error, 'UDP', address, port)
    }
  }
  const refresh = async () => {
    const networks = world.networks()
    const addresses = [...new Set(networks.map(({ serverAddress }) => serverAddress))]
    const listen = config.http.address ?? [...addresses.map(formatIpv4), '127.0.0.1']
    await http.listen([...new Set(listen)]).catch(error => {
      throw portError(error, 'TCP', (error as { address?: string }).address ?? '', config.http.port)
    })
    await refreshTftp(addresses)
    await refreshDhcp(networks)
  }
  const close = async (graceMs: number) => {
    await dhcp?.close()
    await Promise.all([...[...tftps.values()].map(tftp => tftp.close()), http.close(graceMs)])
  }

  try {
    await refresh()
  } catch (error) {
    await close(0)
    throw error
  }
  log.info({ networks: world.networks().map(({ name }) => name) }, 'ready')
  return { refresh, close }
}

async function openTftpAt(address: Ipv4, { world, log, timeline }: DoorParts): Promise<Tftp> {
  const { tftp, assets, assetRoots } = world.config()
  try {
    return await openTftp({
      addresses: [address],
      port: tftp.port,
      roots: [join(assets, 'loaders'), assets],
      allowedRoots: assetRoots,
      virtual: name => readLoader(world.loaders().get(name)),
      log,
      seen: timeline.tftp,
    })
  } catch (error) {
    throw portError(error, 'UDP', formatIpv4(address), tftp.port)
  }
}

/** A loader where a distribution put it: that file alone, not the folder it lies in (/boot). */
function readLoader(path: string | undefined): Uint8Array | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

function openDhcpFor({ world, memory, lives, timeline, log, now }: DoorParts): Promise<DhcpServer> {
  const { dhcp, http } = world.config()
  return openDhcp({
    ports: { dhcp: dhcp.port, proxy: dhcp.proxyPort },
    deps: {
      networks: world.networks,
      host(mac, client) {
        const host = world.hostOf(mac)
        if (!host) return undefined
        if (client) appear(host, { memory, lives })
        return { host, known: withUuid(host, lives.known(host), client?.uuid) }
      },
      site: world.site,
      reservedFor: world.reservedFor,
      leases: memory.leases,
      offers: createOffers(),
      httpPort: http.port,
    },
    commit(lease) {
      memory.leases.save(lease)
      return memory.committed()
    },
    seen: timeline.dhcp,
    now,
    log,
  })
}

/** Asks for ports 67 and 4011 of a network, once for each address. */
async function claim(
  network: Network,
  ports: { readonly port: number; readonly proxyPort: number },
  claimed: Set<string>,
): Promise<void> {
  const address = formatIpv4(network.serverAddress)
  if (claimed.has(address)) return
  await claimUdp(address, ports.port, network.interface)
  await claimUdp(address, ports.proxyPort, network.interface)
  claimed.add(address)
}

import { existsSync } from 'node:fs'
import { type Ipv4, ipv4OfBytes, unspecified } from '../wire/address.ts'
import { type OwnAddress, ownAddresses } from './interfaces.ts'
import { readProc } from './proc.ts'

/** Where machines may be: what virtual machines, containers and tunnels have for themselves is left out. */
export interface Link extends OwnAddress {
  readonly wireless: boolean
  /** Where what leads nowhere else goes, by this interface. */
  readonly gateway?: Ipv4
}

const ofOthers = /^(?:docker|veth|cni|flannel|cali|virbr|vnet|tailscale|wg|tun|zt|podman|lxc)/

/** The interfaces with an IPv4 address that could have netbooting machines behind them. */
export function links(): Link[] {
  const gateways = readGateways()
  return ownAddresses()
    .filter(
      ({ loopback, prefix, interface: name }) => !loopback && prefix < 31 && !ofOthers.test(name),
    )
    .map(own => {
      const gateway = gateways.get(own.interface)
      const wireless = existsSync(`/sys/class/net/${own.interface}/wireless`)
      return { ...own, wireless, ...(gateway !== undefined && { gateway }) }
    })
}

/** The default routes of /proc/net/route, by interface; its addresses are in the machine's byte order. */
function readGateways(): Map<string, Ipv4> {
  const rows = readProc('/proc/net/route').split('\n').slice(1)
  return new Map(
    rows.flatMap(row => {
      const [name = '', destination, gateway = ''] = row.split(/\s+/)
      if (destination !== '00000000' || !/^[0-9A-F]{8}$/.test(gateway)) return []
      const address = ipv4OfBytes(Uint8Array.from(Buffer.from(gateway, 'hex').reverse()))
      return address === unspecified ? [] : [[name, address] as const]
    }),
  )
}

import type { Network } from '../boot/host.ts'
import { subnetContains } from '../wire/address.ts'

/**
 * Whether the machines of a network are on a link of ours: its subnet holds our own address there. The
 * others reach us through a relay.
 */
export function isOnOurLink({ subnet, serverAddress }: Network): boolean {
  return subnetContains(subnet, serverAddress)
}

/** Nobody but this machine is there, and there is no ARP. */
export function isLoopback({ serverAddress }: Network): boolean {
  return serverAddress >>> 24 === 127
}

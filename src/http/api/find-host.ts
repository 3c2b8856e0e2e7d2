import { didYouMean } from '../../base/nearest.ts'
import type { Host } from '../../boot/host.ts'
import { parseMac } from '../../wire/address.ts'
import { Refusal } from '../problem.ts'

/** The host of a name, or of a MAC in any common spelling. Throws a Refusal that names the nearest one. */
export function findHost(name: string, hosts: ReadonlyMap<string, Host>): Host {
  const host = hosts.get(name) ?? hostOfMac(name, hosts)
  if (host) return host
  const mac = parseMac(name)
  throw new Refusal(
    404,
    mac
      ? `no host has the MAC ${mac}; \`bootwright unknown\` lists the machines that asked and are no hosts`
      : `the config has no host ${name}${didYouMean(name, hosts.keys())}`,
  )
}

function hostOfMac(text: string, hosts: ReadonlyMap<string, Host>): Host | undefined {
  const mac = parseMac(text)
  if (!mac) return undefined
  for (const host of hosts.values()) if (host.nics.some(nic => nic.mac === mac)) return host
  return undefined
}

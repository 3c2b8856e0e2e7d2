import type { Caller } from '../../boot/deliver.ts'
import type { Host } from '../../boot/host.ts'
import type { Asker } from '../../boot/loaders/asker.ts'
import type { Transport } from '../../boot/loaders/kind.ts'
import { ownLoader } from '../../boot/loaders/own.ts'
import { configOf } from '../../boot/loaders/table.ts'
import { isSameUuid } from '../../boot/uuid.ts'
import type { ConfigRequest } from '../../http/machine/boot-routes.ts'
import type { Mac } from '../../wire/address.ts'
import type { Parts } from '../parts.ts'

type Needed = Pick<Parts, 'world' | 'lives' | 'macsOf'>

/**
 * Whose config a name is; undefined where it is no config, or nobody's. Without `goesOnBy` the rest is fetched
 * as the loader does that its firmware is given.
 */
export function configRequest(
  name: string,
  caller: Caller,
  parts: Needed,
  goesOnBy?: Transport,
): ConfigRequest | undefined {
  const found = configOf(name)
  const mac = found && macOf(found.asker, caller, parts)
  if (!found || mac === undefined) return undefined
  const { kind, asker } = found
  const { uuid } = asker
  const request = {
    mac,
    caller,
    what: kind.asks,
    loader: kind,
    ...(uuid !== undefined && { uuid }),
  }
  const transport = goesOnBy ?? kind.transport(fileOf(mac, caller, parts))
  return { request, kind, transport }
}

/**
 * A name that carries the MAC says whose it is. By any other it is the sender's, and a sender that is no
 * host is answered by the last name only: behind NAT its MAC would be the router's until then.
 */
function macOf(asker: Asker, caller: Caller, { world, macsOf }: Needed): Mac | undefined {
  if (asker.mac !== undefined) return asker.mac
  if (asker.address !== undefined && asker.address !== caller.address) return undefined
  const macs = macsOf(caller.address)
  const own = macs.find(mac => world.hostOf(mac) !== undefined) ?? macOfUuid(asker.uuid, world)
  return own ?? (asker.more ? undefined : macs[0])
}

function macOfUuid(uuid: string | undefined, world: Parts['world']): Mac | undefined {
  if (uuid === undefined) return undefined
  const isIt = (host: Host) => host.uuid !== undefined && isSameUuid(uuid, host.uuid)
  return [...world.config().hosts.values()].find(isIt)?.nics[0]?.mac
}

/** The loader that its firmware is given, as far as is known without its DHCP. */
function fileOf(mac: Mac, caller: Caller, { world, lives }: Needed): string | undefined {
  const host = world.hostOf(mac)
  const client = { mac, arch: host?.arch ?? 'bios' } as const
  const { settings = {} } = host ? lives.known(host) : {}
  return ownLoader(client, settings, world.site(world.networkOf(caller, mac))).file
}

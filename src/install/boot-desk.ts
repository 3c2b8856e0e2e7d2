import type { BootDesk, Booted, Caller } from '../boot/deliver.ts'
import type { Host } from '../boot/host.ts'
import { isDue } from '../boot/life.ts'
import type { Abilities } from '../boot/loaders/kind.ts'
import type { Parts } from '../daemon/parts.ts'
import type { Mac } from '../wire/address.ts'
import { withUuid } from '../world/world.ts'
import { appear } from './appear.ts'
import { menuFor } from './menu-desk.ts'

/** What a machine that asks what to do next is answered from, whatever its loader's language. */
export function createBootDesk(parts: Parts): BootDesk {
  const { world, lives, scripts, timeline } = parts
  const networkOf = (caller: Caller, host?: Host) => world.networkOf(caller, host?.nics[0]?.mac)
  const isMachine = (host: Host, caller: Caller) =>
    scripts.isMachine({
      host,
      address: caller.address,
      place: world.place(networkOf(caller, host)),
    })
  return {
    host(mac, uuid, caller, netboots) {
      const host = world.hostOf(mac)
      if (!host) return undefined
      if (netboots && isMachine(host, caller)) appear(host, parts)
      return { host, known: withUuid(host, lives.known(host), uuid) }
    },
    site: caller => world.site(networkOf(caller)),
    verified: mac =>
      world.config().checksums.length === 0 ? undefined : scripts.verified(world.hostOf(mac)),
    boot: (host, mac, caller, loader) => boot(host, mac, caller, loader, parts),
    sentToDisk(host, caller) {
      if (isDue(lives.lifeOf(host.name)) || !isMachine(host, caller)) return
      lives.apply(host.name, { kind: 'script', newBoot: false })
    },
    seen: ({ caller, ...seen }) => timeline.script({ ...seen, address: caller.address }),
  }
}

function boot(
  host: Host | undefined,
  mac: Mac,
  caller: Caller,
  loader: Abilities,
  parts: Parts,
): Booted {
  const { world, scripts, strangers } = parts
  const network = world.networkOf(caller, mac)
  const place = world.place(network)
  const { address } = caller
  if (!host) {
    const unknown = world.unknownHosts(network)
    const offered = unknown.kind === 'menu' ? unknown.profiles : []
    if (offered.length > 0) return menuFor({ offered, mac, caller }, loader, parts)
    if (unknown.kind !== 'profile') return { kind: 'local', reason: 'not a host of the config' }
    const stranger = strangers.boot(unknown.profile, { mac, address, place, loader })
    if ('refused' in stranger) return { kind: 'local', reason: stranger.refused }
    return { kind: 'boot', ...stranger.attempt.content }
  }
  const answer = scripts.request({ host, mac, address, place, loader })
  if (answer.kind === 'menu') {
    const named = (name: string) =>
      host.profile?.name === name ? host.profile : world.config().profiles.get(name)
    const offered = (host.menu ?? []).flatMap(name => named(name) ?? [])
    return menuFor({ host, offered, mac, caller }, loader, parts)
  }
  if (answer.kind !== 'boot') return answer
  return { kind: 'boot', ...answer.attempt.content }
}

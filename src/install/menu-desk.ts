import type { BootDesk, Booted, Caller, Delivered } from '../boot/deliver.ts'
import { deliver } from '../boot/deliver.ts'
import type { Host, Profile } from '../boot/host.ts'
import { type Abilities, type LoaderKind, unbootable } from '../boot/loaders/kind.ts'
import { kindOf, type Speaks, speaks } from '../boot/loaders/table.ts'
import { type MenuContent, toDisk } from '../boot/script.ts'
import type { Parts } from '../daemon/parts.ts'
import { formatIpv4, type Mac } from '../wire/address.ts'

type Needed = Pick<Parts, 'world' | 'lives' | 'scripts' | 'strangers' | 'menus' | 'memory'>

/** Seconds until the machine boots its disk. */
const seconds = 30

/** The menu of a machine, of all that an install could be asked for now and that its loader can boot. */
export function menuFor(
  {
    host,
    offered,
    mac,
    caller,
  }: {
    readonly host?: Host
    readonly offered: readonly Profile[]
    readonly mac: Mac
    readonly caller: Caller
  },
  loader: Abilities,
  { world, lives, menus }: Needed,
): Booted {
  const may = (profile: Profile) =>
    unbootable(profile.kind ?? 'kernel', loader) === undefined &&
    (!host || lives.ask(host, overriding(host, profile), false, true).ok)
  const profiles = offered.filter(may)
  const who = host?.name ?? mac
  if (profiles.length === 0) return { kind: 'local', reason: `nothing to choose from for ${who}` }
  const shown = { mac, address: caller.address, profiles, ...(host && { host }) }
  const { token } = menus.show(shown)
  const { serverUrl } = world.place(world.networkOf(caller, mac))
  const names = profiles.map(({ name }) => name)
  return menuContent(who, names, `${serverUrl}/menu/${token}`)
}

/** A menu whose choices, the names of profiles, have their URLs below this one. */
export function menuContent(who: string, names: readonly string[], url: string): MenuContent {
  const entries = names.map(name => ({ name, url: `${url}/${name}` }))
  return { kind: 'menu', title: `What to boot on ${who}`, seconds, entries }
}

/** A choice, by the name that its loader asks by; undefined where it is none, or good no more. */
export async function choose(
  name: string,
  caller: Caller,
  desk: BootDesk,
  parts: Needed,
): Promise<{ kind: LoaderKind; delivered: Delivered } | undefined> {
  const [, token = '', profile = '', language] = /^menu\/([\w-]+)\/(.+)\.(\w+)$/.exec(name) ?? []
  const spoken = speaks.find((one): one is Speaks => one === language)
  const chosen = spoken && parts.menus.choose(token, profile, caller.address)
  if (!spoken || !chosen) return undefined
  const kind = kindOf(spoken)
  const { mac, host, first } = chosen
  if (!host) return { kind, delivered: bootStranger(mac, chosen.profile, caller, kind, parts) }
  const refused = first ? asked(host, chosen.profile, caller, parts) : undefined
  if (refused !== undefined) return { kind, delivered: local(refused) }
  const request = { mac, caller, what: kind.asks, loader: kind }
  return { kind, delivered: await deliver(request, desk) }
}

/** Asks as the API would, for the machine itself only. */
function asked(
  host: Host,
  profile: Profile,
  caller: Caller,
  { world, lives, scripts, memory }: Needed,
): string | undefined {
  const { address } = caller
  const place = world.place(world.networkOf(caller, host.nics[0]?.mac))
  const where = formatIpv4(address)
  if (!scripts.isMachine({ host, address, place }))
    return `${where} is not known to be ${host.name}`
  const answer = lives.ask(host, overriding(host, profile), false)
  const what = `${profile.name} chosen at the machine (${where})`
  const text = answer.ok ? what : `${what}, and not asked for: ${answer.reason}`
  memory.record({ host: host.name, kind: 'admin', text })
  return answer.ok ? undefined : answer.reason
}

function overriding(host: Host, profile: Profile): { profile?: Profile } {
  return host.profile?.name === profile.name ? {} : { profile }
}

function bootStranger(
  mac: Mac,
  profile: Profile,
  caller: Caller,
  loader: Abilities,
  { world, strangers }: Needed,
): Delivered {
  const place = world.place(world.networkOf(caller))
  const stranger = strangers.boot(profile, { mac, address: caller.address, place, loader })
  if ('refused' in stranger) return local(stranger.refused)
  const { content } = stranger.attempt
  return { kind: 'boot', reason: content.title, content: { kind: 'boot', ...content } }
}

function local(reason: string): Delivered {
  return { kind: 'local', reason, content: toDisk(reason) }
}

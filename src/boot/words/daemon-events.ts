import type { EventData } from '../event.ts'
import type { EventWords } from './word.ts'

type InstallDeed = EventData['admin']['install']

const did =
  (action: string) =>
  ({ who, address }: InstallDeed) =>
    `${action} by ${who} from ${address}`

export const adminEvents: EventWords<'admin'> = {
  install: did('install'),
  cancel: did('cancel'),
  retry: did('retry'),
  power: ({ verb, who, address }) => `power ${verb} by ${who} from ${address}`,
  'first-boot': () => 'asked for at its first boot',
  'first-boot-refused': ({ why }, say) => `not asked at first boot: ${say(why)}`,
  chosen: ({ profile, address }) => `${profile} chosen at the machine (${address})`,
  'chosen-refused': ({ profile, address, why }, say) =>
    `${profile} chosen at the machine (${address}), and not asked for: ${say(why)}`,
}

export const rivalEvents: EventWords<'rival'> = {
  clear: ({ network }) => `network ${network}: no other DHCP server any more`,
  warned: ({ why }, say) => say(why),
  held: ({ why }, say) => say(why),
}

export const conflictEvents: EventWords<'conflict'> = {
  'in-use': ({ address, by }) =>
    `${address} is in use by ${by}, to whom it was not given: left alone for 10 min`,
  'answers-for-many': ({ by, addresses }) =>
    `${by} answers for many addresses that nobody has (${addresses.join(', ')}, …): proxy ARP, or somebody who means harm; it is not believed`,
}

export const reloadEvents: EventWords<'reload'> = {
  done: () => 'config reloaded',
  refused: () => 'refused: the new config has errors',
}

export const wakeEvents: EventWords<'wake'> = {
  sent: ({ mac, address, network }) =>
    `Wake-on-LAN: magic packet for ${mac} sent to ${address} in network ${network}`,
  failed: ({ mac, address, network, error }) =>
    `Wake-on-LAN: no magic packet for ${mac} to ${address} in network ${network}: ${error}`,
  'no-network': () => 'not woken: none of its networks can be served now',
}

export const checksumEvents: EventWords<'checksum'> = {
  wrong: ({ path, file }) =>
    `${path}: ${file} has another sha256 than \`checksums\` says: no host boots it`,
  right: ({ path, file }) => `${path}: ${file} is right again`,
}

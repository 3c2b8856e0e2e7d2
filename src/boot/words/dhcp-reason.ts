import type { ForeignBoot, Reason, Reasons } from '../reason.ts'
import type { ReasonWords, Say } from './word.ts'

/** Why a DHCP packet was answered as it was, or not at all. */
export const dhcpWords: ReasonWords<
  | 'not-a-client'
  | 'no-message-type'
  | 'no-ethernet-address'
  | 'malformed'
  | 'mode-none'
  | 'unclear-network'
  | 'foreign-relay'
  | 'not-for-clients'
  | 'gives-address'
  | 'gives-settings'
  | 'not-a-host'
  | 'no-range'
  | 'range-full'
  | 'database-away'
  | 'too-many-apart'
  | 'not-an-address-for-clients'
  | 'outside-range'
  | 'address-reserved'
  | 'address-offered'
  | 'address-leased'
  | 'address-given-back'
  | 'address-declined'
  | 'no-address-named'
  | 'other-server-chosen'
  | 'for-another-server'
  | 'asks-no-address'
  | 'confirmed'
  | 'other-network'
  | 'no-record'
  | 'other-address'
  | 'declines-foreign'
  | 'declined'
  | 'decline-disbelieved'
  | 'releases-foreign'
  | 'released'
  | 'informs-from-elsewhere'
  | 'only-pxe'
  | 'not-booting'
  | 'no-proxy-client'
  | 'not-on-proxy-port'
  | 'for-dhcp-server'
  | 'addresses-taken'
  | 'address-unsure'
  | 'other-servers'
  | 'still-listening'
> = {
  'not-a-client': () => 'not from a client',
  'no-message-type': () => 'no DHCP message type (BOOTP)',
  'no-ethernet-address': () => 'no Ethernet address',
  malformed: ({ error }) => `malformed: ${error}`,
  'mode-none': () => 'the network says mode: none',
  'unclear-network': () => 'cannot tell which network it came from',
  'foreign-relay': ({ relay, link }) =>
    link === undefined
      ? `the relay ${relay} is in no network of the config`
      : `the relay ${relay} asks for ${link}, which is in no network of the config`,
  'not-for-clients': ({ asked }) => `a client does not send ${asked}`,
  'gives-address': ({ address, reserved, apart, because }, say) => {
    const how = apart ? ', to another client behind its MAC' : reserved ? ', its reservation' : ''
    return withAnswer(`${address}${how}`, because, say)
  },
  'gives-settings': ({ because }, say) => withAnswer('settings', because, say),
  'not-a-host': () => 'not a host of the config, and the network leases to hosts only',
  'no-range': () => 'no reservation for it, and the network has no range',
  'range-full': () => 'no address of the range is free',
  'database-away': () => 'the database is away: no new lease can be kept, so none is given',
  'too-many-apart': ({ most }) => `${most} clients behind its MAC have addresses of their own`,
  'not-an-address-for-clients': ({ address }) => `${address} is no client address here`,
  'outside-range': ({ address }) => `${address} is not in the range`,
  'address-reserved': ({ address }) => `${address} is reserved`,
  'address-offered': ({ address, mac, duid }) => `${address} is offered to ${mac ?? duid}`,
  'address-leased': ({ address, mac, duid }) => `${address} is leased to ${mac ?? duid}`,
  'address-given-back': ({ address }) => `${address} was given back a short while ago`,
  'address-declined': ({ address }) => `${address} was declined a short while ago`,
  'no-address-named': ({ asked }) => `a ${asked} that names no address`,
  'other-server-chosen': ({ server }) => `it chose the DHCP server ${server}`,
  'for-another-server': ({ asked, server }) =>
    `a ${asked} for another server${server === undefined ? '' : ` (${server})`}`,
  'asks-no-address': ({ asked }) => `a ${asked} that asks for no address`,
  confirmed: ({ address }) => `${address} is an address of this network`,
  'other-network': ({ address }) => `${address} is not an address of this network`,
  'no-record': ({ state }) => `no record of it here to confirm (${state})`,
  'other-address': ({ address, asked, here }) =>
    `its address${here ? ' here' : ''} is ${address}, not ${asked}`,
  'declines-foreign': ({ address }) => `it declines ${address}, which it was not given`,
  'decline-disbelieved': ({ address }) =>
    `it declines ${address}, where nobody else answers: not believed`,
  declined: ({ address }) => `${address} is in use by somebody else: left alone for 10 min`,
  'releases-foreign': ({ address }) => `it releases ${address}, which it does not have`,
  released: ({ address }) => `released ${address}`,
  'informs-from-elsewhere': ({ address }) =>
    `it informs from ${address}, which is not in the network`,
  'only-pxe': () => 'only PXE clients are answered on the proxy port',
  'not-booting': () => 'not booting, and addresses are not ours to give',
  'no-proxy-client': ({ client }) => `${client} does not know proxyDHCP`,
  'not-on-proxy-port': ({ asked }) => `${asked} has no place on the proxy port`,
  'for-dhcp-server': ({ asked }) => `its ${asked} is for the DHCP server`,
  'addresses-taken': () => 'the next two addresses are in use by others: it will ask again',
  'address-unsure': ({ address, mac }) =>
    `${address} was ${mac} once, and it takes some seconds to see if it still is: it will ask again`,
  'other-servers': ({ network, servers, as, others }) => {
    const texts = [
      ...(servers.length > 0 ? [serverWords(servers, as)] : []),
      ...others.map(bootWords),
    ]
    return `network ${network}: ${texts.join('; ')}`
  },
  'still-listening': () => 'just started: first we listen for other DHCP servers',
}

function withAnswer(what: string, because: Reason | undefined, say: Say): string {
  return because ? `${what}; ${say(because)}` : what
}

type Servers = Reasons['other-servers']

function serverWords(names: Servers['servers'], as: Servers['as']): string {
  const many = names.length > 1
  const who = many
    ? `other DHCP servers answer, ${names.join(' and ')}`
    : `${names} answers as another DHCP server`
  if (as === 'allowed') return `${who}, as \`rivals: warn\` allows`
  if (as === 'established') {
    return `${who}; addresses were given here before, so we go on: stop one of the two`
  }
  const it = many ? 'they are' : 'it is'
  return `${who}: no address is given until ${it} gone, or allowed by \`rivals: [${names.join(', ')}]\``
}

function bootWords({ server, boot }: Servers['others'][number]): string {
  return boot === undefined
    ? `${server} answers netboots as well (proxyDHCP): machines may boot what it says`
    : `the DHCP server ${server} ${foreignBootWords(boot)}: machines may take that instead of ours`
}

/** `offers the boot file pxelinux.0 from 10.0.0.1` */
export function foreignBootWords({ file, nextServer }: ForeignBoot): string {
  return `offers the boot file ${file}${nextServer === undefined ? '' : ` from ${nextServer}`}`
}

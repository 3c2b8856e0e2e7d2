import { eachDiskLoader, mediaDisk } from '../boot/loaders/grub.ts'
import { lines } from '../boot/loaders/text.ts'
import { formatIpv4, formatSubnet } from '../wire/address.ts'
import { askedUrl, type MediaSettings, type StaticAddress } from './settings.ts'

/** Where things lie on a medium. */
export const places = {
  ipxe: '/boot/ipxe.lkrn',
  script: '/boot/bootwright.ipxe',
  /** Beside the medium's own loaders, which are not those of a disk. */
  mark: '/EFI/BOOT/bootwright.txt',
} as const

/** GRUB names the cards of a UEFI so. */
const cards = Array.from({ length: 8 }, (_, index) => `efinet${index}`)

/**
 * The one config of a medium's GRUB. On BIOS it has no drivers of network cards, so it starts iPXE; on UEFI
 * it asks for the machine's config on one card after the other, again after 1, 2, 4 … 32 s, and then asks
 * who sits there. The same bytes for the same settings.
 */
export function mediaConfig(settings: MediaSettings): string {
  const server = askedUrl(settings)
  return lines(
    'if [ "$grub_platform" = pc ]; then',
    // A stick is the first drive: the disk must be, for whoever boots drive 0x80.
    `  if regexp '^hd0' "$root"; then drivemap -s hd0 hd1; fi`,
    `  linux16 ${places.ipxe}`,
    `  initrd16 ${places.script}`,
    '  boot',
    'fi',
    'set bootwright_media=1',
    'export bootwright_media',
    `function ${mediaDisk} {`,
    ...toDisk.map(line => `  ${line}`),
    '}',
    'function ask {',
    ...ask(settings).map(line => `  ${line}`),
    '}',
    'function ask_often {',
    '  for pause in 1 2 4 8 16 32; do',
    '    ask',
    `    echo "${server}: no answer for this machine, next try in $pause s"`,
    '    sleep $pause',
    '  done',
    '}',
    'ask_often',
    'set default=0',
    'set timeout=60',
    `menuentry 'Its disk' { ${mediaDisk} }`,
    `menuentry 'Ask ${server} again' { ask_often }`,
    `menuentry 'Settings of the firmware' { fwsetup }`,
  )
}

/** What `chainloader` starts comes from `root`, and a medium's own loader would begin it all again. */
const toDisk = [
  ...eachDiskLoader(
    'for part in (*); do',
    `  if [ -f $part$file -a ! -f $part${places.mark} ]; then`,
    `    regexp --set=1:root '^\\((.*)\\)$' $part`,
    '    if chainloader $file; then boot; fi',
    '  fi',
    'done',
  ),
  'exit',
]

/** That a card has an address is what tells whether it is there, and its MAC. */
function ask(settings: MediaSettings): string[] {
  const { only, address, vlan } = settings
  const probe = address ? formatIpv4(address.own) : '169.254.77.77'
  const wanted = only?.macs.map(mac => `"$mac" = ${mac}`).join(' -o ')
  const go = address
    ? [
        ...(vlan === undefined ? [] : [`net_set_vlan card ${vlan}`]),
        ...routes(address),
        fetch(settings),
        'net_del_route near',
        ...(address.gateway === undefined ? [] : ['net_del_route far']),
        ...leave,
      ]
    : [`if net_dhcp $card; then ${fetch(settings)}; fi`]
  return [
    `for card in ${cards.join(' ')}; do`,
    `  if net_add_addr card $card ${probe}; then`,
    '    set mac=$net_card_mac',
    ...(address ? [] : leave.map(line => `    ${line}`)),
    ...(wanted === undefined
      ? go.map(line => `    ${line}`)
      : [
          `    if [ ${wanted} ]; then`,
          ...go.map(line => `      ${line}`),
          ...(address ? ['    else', ...leave.map(line => `      ${line}`)] : []),
          '    fi',
        ]),
    '  else',
    '    break',
    '  fi',
    'done',
  ]
}

/** A route of an address that is gone would lead into memory that is not its own any more. */
const leave = ['net_del_route card:local', 'net_del_addr card']

/** The route that was added last is looked at first, and before that there is one by the class of the address. */
function routes({ subnet, gateway, dns }: StaticAddress): string[] {
  return [
    ...(gateway === undefined ? [] : [`net_add_route far 0.0.0.0/0 gw ${formatIpv4(gateway)}`]),
    `net_add_route near ${formatSubnet(subnet)} card`,
    ...dns.map(server => `net_add_dns ${formatIpv4(server)}`),
  ]
}

/** Comes back when there was no answer, or none for this machine. Signed builds speak TFTP only. */
function fetch({ server, secureBoot }: MediaSettings): string {
  return secureBoot
    ? `configfile (tftp,${server.host})/grub/grub.cfg-01-$mac`
    : `configfile (http,${server.host}:${server.port})/media/grub.cfg-01-$mac`
}

import { dnsmasqLines } from './dnsmasq.ts'
import type { ForeignLines, ForeignRow } from './row.ts'
import type { ForeignRouter } from './server.ts'

/** Types of option 93 that routers have a field for (RFC 4578, IANA's list). */
const types = { bios: 0, ia32: 6, x64: 7, arm64: 11, http: 16 } as const

/** Of iPXE that is told to load iPXE: what its own firmware's kind does then. */
const again =
  'iPXE is told the same file as firmware. On UEFI an iPXE of 2022 or newer asks us for autoexec.ipxe before, and all is well;\nOn BIOS it would load itself again and again: its field stays empty then, and such machines want `mode: proxy`.'

/** What is typed into a router, from the same rows as the lines of servers. None of it was tried on the router itself. */
export function routerLines(router: ForeignRouter, lines: ForeignLines): string {
  if (lines.family === 6 && !saysIpv6.includes(router)) return comment(noIpv6)
  const text = recipes[router](lines)
  return `${comment(
    `Not tried on the router itself. \`mode: proxy\` beside it needs none of this.`,
  )}${text}\n`
}

/** Those whose DHCPv6 server is dnsmasq. */
const saysIpv6: readonly ForeignRouter[] = ['pihole', 'opnsense']
const noIpv6 =
  'What its DHCPv6 server can send is not known here. Write `mode6: boot`: firmware is answered beside it, and iPXE\nneeds IPv4, or us as `mode6: server`.'

const recipes: Readonly<Record<ForeignRouter, (lines: ForeignLines) => string>> = {
  pihole: lines =>
    comment(
      'Pi-hole: its DHCP server is dnsmasq, and can send all of it. In /etc/dnsmasq.d/99-bootwright.conf;\nPi-hole 6 reads that folder with misc.etc_dnsmasq_d = true. Then restart pihole-FTL.',
    ) + dnsmasqLines(lines).trimEnd(),
  openwrt: lines =>
    comment(
      'OpenWrt: its DHCP server is dnsmasq, and can send all of it. In /etc/dnsmasq.d/bootwright.conf, then:\n  uci set dhcp.@dnsmasq[0].confdir=/etc/dnsmasq.d && uci commit dhcp && /etc/init.d/dnsmasq restart',
    ) + dnsmasqLines(lines).trimEnd(),
  opnsense: lines =>
    comment(
      'OPNsense, with Dnsmasq as its DHCP server: it can send all of it. In /usr/local/etc/dnsmasq.conf.d/bootwright.conf, then\nrestart it in Services. With Kea: one next-server and one file for a subnet; see unifi.',
    ) + dnsmasqLines(lines).trimEnd(),
  pfsense: lines =>
    [
      comment(
        `pfSense: Services, DHCP Server, Network Booting. One file for each kind of firmware.\n${again}`,
      ).trimEnd(),
      'Enable Network Booting:  yes',
      `Next Server:             ${lines.address}`,
      field('UEFI 32 bit file name:  ', lines, types.ia32),
      field('UEFI 64 bit file name:  ', lines, types.x64),
      field('ARM 64 bit file name:   ', lines, types.arm64),
      field('UEFI HTTPBoot URL:      ', lines, types.http),
      `Default BIOS file name:  ${biosFile(lines)}`,
    ].join('\n'),
  unifi: lines =>
    [
      comment(
        `UniFi: Settings, Networks, DHCP, Network Boot. One server and one file for all machines: those of UEFI here.\nWithout Network Boot the gateway names itself as next-server; where that is in the way of \`mode: proxy\`, fill it in.\n${again}`,
      ).trimEnd(),
      `Network Boot server:  ${lines.address}`,
      field('Network Boot file:   ', lines, types.x64),
    ].join('\n'),
  mikrotik: routerOs,
  fritzbox: () =>
    comment(
      'FRITZ!Box: its DHCP server can send no boot file, and overwrites nothing. Leave it as it is, and write `mode: proxy`.',
    ).trimEnd(),
}

/** Options are sent to who asks for them; firmware that netboots asks for 66 and 67. */
function routerOs({ rows, script, address }: ForeignLines): string {
  const of = plainRows(rows)
  const lines = [
    comment(
      'MikroTik RouterOS 7: a matcher for each kind of firmware, and one for iPXE. Put the name of your DHCP server for dhcp1.\nThe network must not say another next-server or boot-file-name, which would go before.',
    ).trimEnd(),
    '/ip dhcp-server option',
    `add name=bootwright-ipxe code=67 value="s'${script}'"`,
    `add name=bootwright-server code=66 value="s'${address}'"`,
    `add name=bootwright-http code=60 value="s'HTTPClient'"`,
    ...of.map(({ tag, says }) => `add name=bootwright-${tag} code=67 value="s'${says?.file}'"`),
    '/ip dhcp-server option sets',
    'add name=bootwright-ipxe options=bootwright-ipxe',
    ...of.map(({ tag, http }) => {
      const more = http ? 'bootwright-http' : 'bootwright-server'
      return `add name=bootwright-${tag} options=${more},bootwright-${tag}`
    }),
    '/ip dhcp-server matcher',
    // User class, RFC 3004 as iPXE sends it: text without a length.
    'add name=bootwright-ipxe server=dhcp1 code=77 value="iPXE" option-set=bootwright-ipxe',
    ...of.map(
      ({ tag, type = 0 }) =>
        `add name=bootwright-${tag} server=dhcp1 code=93 value=0x${type.toString(16).padStart(4, '0')} option-set=bootwright-${tag}`,
    ),
    '/ip dhcp-server network',
    `set [find] next-server=${address}`,
  ]
  return lines.join('\n')
}

/** Those that depend on the kind of firmware alone. */
function plainRows(rows: readonly ForeignRow[]): ForeignRow[] {
  return rows.filter(row => {
    return row.type !== undefined && row.vendor === undefined && !row.macs && row.says
  })
}

function biosFile({ rows }: ForeignLines): string {
  const file = plainRows(rows).find(row => row.type === types.bios)?.says?.file ?? ''
  return /pxelinux/.test(file) ? file : '(empty: iPXE would load itself again)'
}

function field(title: string, { rows }: ForeignLines, type: number): string {
  const row = plainRows(rows).find(row => row.type === type)
  return `${title} ${row?.says?.file ?? '(empty: there is no loader for it)'}`
}

function comment(text: string): string {
  return text.replaceAll(/^/gm, '# ').concat('\n')
}

import type { BootFile, Card, ForeignLines, ForeignRow } from './row.ts'

/** Tags say what is not wanted too, so nothing depends on which of several lines dnsmasq takes. */
export function dnsmasqLines({ rows, cards, httpTypes, script, address }: ForeignLines): string {
  const no = (kind: Card['kind']) =>
    cards.some(card => card.kind === kind) ? [`!bootwright-${kind}`] : []
  const general = (row: ForeignRow) => [
    '!ipxe',
    ...no('own'),
    ...no('other'),
    ...(row.http ? no('disc') : []),
    ...row.before.map(tag => `!${tag}`),
  ]
  return [
    'dhcp-match=set:ipxe,175',
    ...(cards.length > 0 ? httpFirmware(httpTypes) : []),
    ...cards.flatMap(card => cardLines(card, address)),
    ...rows.flatMap(row => [
      ...matchLines(row),
      ...bootLines([row.tag, ...general(row)], row.says, address),
    ]),
    `dhcp-boot=${tags(['ipxe', ...no('other')])},${script}`,
    '',
  ].join('\n')
}

/** HTTP Boot, which is no iPXE: iPXE says the type of the firmware that it came from. */
function httpFirmware(types: readonly number[]): string[] {
  return [
    ...types.map(type => `dhcp-match=set:bootwright-http-type,option:client-arch,${type}`),
    'tag-if=set:bootwright-http,tag:bootwright-http-type,tag:!ipxe',
  ]
}

function cardLines({ mac, kind, pxe, http }: Card, address: string): string[] {
  const name = `bootwright-${mac.replaceAll(':', '')}`
  const noIpxe = kind === 'own' ? ['!ipxe'] : []
  return [
    `dhcp-host=${mac},set:bootwright-${kind},set:${name}`,
    ...bootLines([name, ...noIpxe, '!bootwright-http'], pxe, address),
    ...bootLines([name, 'bootwright-http'], http, address),
  ]
}

function bootLines(names: readonly string[], says: BootFile | undefined, address: string) {
  if (!says) return []
  const { file, http } = says
  if (!http) return [`dhcp-boot=${tags(names)},${file},,${address}`]
  const force = `dhcp-option-force=${tags(names)},60,HTTPClient`
  return [`dhcp-boot=${tags(names)},"${file}"`, force]
}

/** Sets the tag of a row. dnsmasq finds a vendor class anywhere in what the client says, not only at its beginning. */
function matchLines({ tag, type, vendor, macs }: ForeignRow): string[] {
  const parts: [string, string[]][] = []
  if (type !== undefined) parts.push(['type', [`dhcp-match=set:$,option:client-arch,${type}`]])
  if (vendor !== undefined) parts.push(['vendor', [`dhcp-vendorclass=set:$,${vendor}`]])
  if (macs) parts.push(['mac', macs.map(mac => `dhcp-mac=set:$,${withStars(mac)}`)])
  const isOne = parts.length === 1
  const nameOf = (part: string) => (isOne ? tag : `${tag}-${part}`)
  const lines = parts.flatMap(([part, all]) => all.map(line => line.replace('$', nameOf(part))))
  return isOne ? lines : [...lines, `tag-if=set:${tag},${tags(parts.map(([p]) => nameOf(p)))}`]
}

function withStars(prefix: string): string {
  return [...prefix.split(':'), '*', '*', '*', '*', '*'].slice(0, 6).join(':')
}

function tags(names: readonly string[]): string {
  return names.map(name => `tag:${name}`).join(',')
}

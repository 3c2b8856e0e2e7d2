import { hexOfType } from './hex.ts'
import type { BootFile, Card, Family, ForeignLines, ForeignRow } from './row.ts'

/** Tags say what is not wanted too, so nothing depends on which of several lines dnsmasq takes. */
export function dnsmasqLines(lines: ForeignLines): string {
  const { rows, cards, httpTypes, script } = lines
  const say = words[lines.family]
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
    say.ipxe,
    ...(cards.length > 0 ? httpFirmware(httpTypes, say) : []),
    ...cards.flatMap(card => cardLines(card, lines)),
    ...rows.flatMap(row => [
      ...matchLines(row, say),
      ...bootLines([row.tag, ...general(row)], row.says, lines),
    ]),
    say.boot(tags(['ipxe', ...no('other')]), script),
    '',
  ].join('\n')
}

/** What is said in each family in its own way. */
interface DnsmasqWords {
  readonly ipxe: string
  type(tag: string, type: number): string
  vendor(tag: string, vendor: string): string
  /** `server`: who has the file, where it is a name. */
  boot(tags: string, file: string, server?: string): string
  /** The class of HTTP Boot in the answer. */
  readonly httpClass: string
}

const words: Readonly<Record<Family, DnsmasqWords>> = {
  4: {
    ipxe: 'dhcp-match=set:ipxe,175',
    type: (tag, type) => `dhcp-match=set:${tag},option:client-arch,${type}`,
    vendor: (tag, vendor) => `dhcp-vendorclass=set:${tag},${vendor}`,
    boot: (tags, file, server) =>
      server === undefined ? `dhcp-boot=${tags},${file}` : `dhcp-boot=${tags},${file},,${server}`,
    httpClass: '60,HTTPClient',
  },
  6: {
    ipxe: 'dhcp-userclass=set:ipxe,iPXE',
    type: (tag, type) => `dhcp-match=set:${tag},option6:61,${hexOfType(type)}`,
    vendor: (tag, vendor) => `dhcp-vendorclass=set:${tag},enterprise:343,${vendor}`,
    boot: (tags, file) => `dhcp-option=${tags},option6:bootfile-url,${file}`,
    // Whatever is given for it, dnsmasq 2.90 sends a list of texts, each behind its length: so the first and its length
    // are the number of the enterprise, which EDK2 does not look at.
    httpClass: 'option6:16,bw,HTTPClient',
  },
}

/** HTTP Boot, which is no iPXE: iPXE says the type of the firmware that it came from. */
function httpFirmware(types: readonly number[], say: DnsmasqWords): string[] {
  return [
    ...types.map(type => say.type('bootwright-http-type', type)),
    'tag-if=set:bootwright-http,tag:bootwright-http-type,tag:!ipxe',
  ]
}

function cardLines({ mac, kind, pxe, http }: Card, lines: ForeignLines): string[] {
  const name = `bootwright-${mac.replaceAll(':', '')}`
  const noIpxe = kind === 'own' ? ['!ipxe'] : []
  return [
    `dhcp-host=${mac},set:bootwright-${kind},set:${name}`,
    ...bootLines([name, ...noIpxe, '!bootwright-http'], pxe, lines),
    ...bootLines([name, 'bootwright-http'], http, lines),
  ]
}

function bootLines(
  names: readonly string[],
  says: BootFile | undefined,
  { family, address }: ForeignLines,
): string[] {
  if (!says) return []
  const say = words[family]
  if (!says.http) return [say.boot(tags(names), says.file, address)]
  const force = `dhcp-option-force=${tags(names)},${say.httpClass}`
  // It sends the last line first, and EDK2 reads a URL up to a zero byte: the next option begins with one.
  const boot = say.boot(tags(names), `"${says.file}"`)
  return family === 6 ? [force, boot] : [boot, force]
}

/** Sets the tag of a row. dnsmasq finds a vendor class anywhere in what the client says, not only at its beginning. */
function matchLines({ tag, type, vendor, macs }: ForeignRow, say: DnsmasqWords): string[] {
  const parts: [string, string[]][] = []
  if (type !== undefined) parts.push(['type', [say.type('$', type)]])
  if (vendor !== undefined) parts.push(['vendor', [say.vendor('$', vendor)]])
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

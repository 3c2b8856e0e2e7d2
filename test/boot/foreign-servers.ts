import type { ForeignServer } from '../../src/boot/foreign/server.ts'

/** What a DHCP server can tell clients by. */
export interface ForeignClient {
  readonly mac: string
  /** DHCP option 93, in DHCPv6 61. */
  readonly type: number
  readonly vendor: string
  /** It is iPXE: it sends option 175, in DHCPv6 its user class. */
  readonly ipxe: boolean
}

/** What it is told: a boot file, and whether under the class of HTTP Boot. */
export interface ForeignAnswer {
  readonly file: string
  readonly http: boolean
}

/** Reads the lines as the server does, as far as they go; throws where two of them say something. */
export const readLines: Record<
  ForeignServer,
  (lines: string, client: ForeignClient) => ForeignAnswer | undefined
> = { dnsmasq: byTags, kea: byClasses, isc: byBranches }

function byTags(lines: string, client: ForeignClient): ForeignAnswer | undefined {
  const tags = new Set<string>()
  const fits = (wanted: readonly string[]) =>
    wanted.every(tag => (tag.startsWith('!') ? !tags.has(tag.slice(1)) : tags.has(tag)))
  const files: string[] = []
  let http = false
  const conditions = lines
    .trim()
    .split('\n')
    .toSorted((a, b) => order(a) - order(b))
  for (const line of conditions) {
    const [key = '', value = ''] = line.split(/=(.*)/s)
    const parts = value.split(',')
    const wanted = parts.filter(part => part.startsWith('tag:')).map(part => part.slice(4))
    const rest = parts.filter(part => !/^(?:tag|set):/.test(part))
    const sets = parts.filter(part => part.startsWith('set:')).map(part => part.slice(4))
    if (tests[key]?.(rest, client) ?? fits(wanted)) for (const tag of sets) tags.add(tag)
    if (key === 'dhcp-boot' && fits(wanted)) files.push((rest[0] ?? '').replaceAll('"', ''))
    if (key === 'dhcp-option' && fits(wanted)) files.push(bootUrlIn(rest))
    if (key === 'dhcp-option-force' && fits(wanted))
      http = rest.join() === '60,HTTPClient' || rest.join() === 'option6:16,bw,HTTPClient'
  }
  if (files.length > 1) throw new Error(`dnsmasq would have to choose from ${files}`)
  return files[0] === undefined ? undefined : { file: files[0], http }
}

/** 343, a length, and HTTPClient. */
const httpClass = '00:00:01:57:00:0a:48:54:54:50:43:6c:69:65:6e:74'

function bootUrlIn([option, url = '']: readonly string[]): string {
  if (option !== 'option6:bootfile-url') throw new Error(`not understood: ${option}`)
  return url.replaceAll('"', '')
}

/** dnsmasq knows all tags before it looks for what is tagged. */
function order(line: string): number {
  return line.startsWith('dhcp-boot') || line.startsWith('dhcp-option')
    ? 2
    : +line.startsWith('tag')
}

const tests: Record<string, (rest: readonly string[], client: ForeignClient) => boolean> = {
  'dhcp-match': ([option, value = ''], { type, ipxe }) => {
    if (option === '175') return ipxe
    return (
      type ===
      (option === 'option6:61' ? Number.parseInt(value.replace(':', ''), 16) : Number(value))
    )
  },
  'dhcp-userclass': ([name], { ipxe }) => ipxe && name === 'iPXE',
  'dhcp-host': ([mac], client) => mac === client.mac,
  'dhcp-mac': ([mac = ''], client) => client.mac.startsWith(mac.replaceAll(':*', '')),
  'dhcp-vendorclass': (rest, client) => client.vendor.includes(rest.at(-1) ?? ''),
}

interface Class {
  readonly name: string
  readonly test: string
  readonly 'boot-file-name'?: string
  readonly 'option-data'?: readonly {
    readonly name?: string
    readonly code?: number
    readonly data: string
  }[]
}

function byClasses(lines: string, client: ForeignClient): ForeignAnswer | undefined {
  const members = new Set<string>()
  const found: ForeignAnswer[] = []
  for (const one of JSON.parse(lines)['client-classes'] as Class[]) {
    const test = one.test
      .replace(/not member\('([^']+)'\)/g, (_, name) => `${!members.has(name)}`)
      .replace(/member\('([^']+)'\)/g, (_, name) => `${members.has(name)}`)
      .replace(/not option\[175\]\.exists/g, `${!client.ipxe}`)
      .replace(/option\[175\]\.exists/g, `${client.ipxe}`)
      .replace(/not \(substring\(option\[15\]\.hex, 2, 4\) == 'iPXE'\)/g, `${!client.ipxe}`)
      .replace(/substring\(option\[15\]\.hex, 2, 4\) == 'iPXE'/g, `${client.ipxe}`)
      .replace(
        /option\[(?:93|61)\]\.hex == 0x(\w+)/g,
        (_, hex) => `${Number.parseInt(hex, 16) === client.type}`,
      )
      .replace(
        /substring\(option\[(?:60\]\.hex, 0|16\]\.hex, 6), (\d+)\) == '([^']+)'/g,
        (_, n, text) => `${client.vendor.slice(0, n) === text}`,
      )
      .replace(
        /substring\(pkt4\.mac, 0, (\d)\) == 0x(\w+)/g,
        (_, n, hex) => `${bytes(client).slice(0, n * 2) === hex}`,
      )
      .replace(/pkt4\.mac == 0x(\w+)/g, (_, hex) => `${bytes(client) === hex}`)
    if (!holds(test)) continue
    members.add(one.name)
    const said = one['option-data'] ?? []
    const file = one['boot-file-name'] ?? said.find(({ name }) => name === 'bootfile-url')?.data
    const http = said.some(
      ({ name, code, data }) =>
        (name === 'vendor-class-identifier' && data === 'HTTPClient') ||
        (code === 16 && data === httpClass.replaceAll(':', '')),
    )
    if (file !== undefined) found.push({ file, http })
  }
  if (found.length > 1) throw new Error(`Kea would have to choose from ${JSON.stringify(found)}`)
  return found[0]
}

function byBranches(lines: string, client: ForeignClient): ForeignAnswer | undefined {
  for (const [, condition = '', body = ''] of lines.matchAll(/^(?:els)?if (.+) \{(.*)\}$/gm)) {
    const test = condition
      .replace(/not exists bootwright-ipxe/g, `${!client.ipxe}`)
      .replace(/exists bootwright-ipxe/g, `${client.ipxe}`)
      .replace(
        /not \(substring\(option dhcp6.bootwright-user, 2, 4\) = "iPXE"\)/g,
        `${!client.ipxe}`,
      )
      .replace(/substring\(option dhcp6.bootwright-user, 2, 4\) = "iPXE"/g, `${client.ipxe}`)
      .replace(
        /option (?:dhcp6\.)?bootwright-arch = (\w\w):(\w\w)/g,
        (_, high, low) => `${Number.parseInt(high + low, 16) === client.type}`,
      )
      .replace(
        /substring\(option (?:vendor-class-identifier, 0|dhcp6\.bootwright-class, 6), (\d+)\) = "([^"]+)"/g,
        (_, n, text) => `${client.vendor.slice(0, n) === text}`,
      )
      .replace(
        /substring\(hardware, 1, (\d)\) = ([\w:]+)/g,
        (_, n, mac) => `${client.mac.slice(0, n * 3 - 1) === mac}`,
      )
    if (!holds(test)) continue
    const [, file] = /(?:filename|option dhcp6\.bootfile-url) "([^"]+)"/.exec(body) ?? []
    const http = body.includes('"HTTPClient"') || body.includes(`bootwright-class ${httpClass};`)
    return file === undefined ? undefined : { file, http }
  }
  return undefined
}

function bytes({ mac }: ForeignClient): string {
  return mac.replaceAll(':', '')
}

/** `true and (false or true)`: as there is nothing else in it, every word of it was understood. */
function holds(test: string): boolean {
  if (!/^(?:true|false|and|or|[() ])+$/.test(test)) throw new Error(`not understood: ${test}`)
  let rest = test
  for (let before = ''; before !== rest; ) {
    before = rest
    rest = rest
      .replace(/\((true|false)\)/g, '$1')
      .replace(/(true|false) and (true|false)/, (_, a, b) => `${a === 'true' && b === 'true'}`)
    if (rest === before)
      rest = rest.replace(
        /(true|false) or (true|false)/,
        (_, a, b) => `${a === 'true' || b === 'true'}`,
      )
  }
  return rest === 'true'
}

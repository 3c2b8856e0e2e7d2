import type { Mac } from '../wire/address.ts'
import { type Arch, typesOfArch } from './arch.ts'

export type ForeignServer = 'dnsmasq' | 'kea' | 'isc'

export const foreignServers: readonly ForeignServer[] = ['dnsmasq', 'kea', 'isc']

/** A card of a host that has a loader of its own. */
export interface OwnLoader {
  readonly mac: Mac
  readonly file: string
  /** The loader is iPXE, so the host's iPXE goes on to our script. */
  readonly isIpxe: boolean
}

/** What a DHCP server that is not ours must say so that machines find us. */
export interface ForeignFacts {
  /** Dotted quad. */
  readonly serverAddress: string
  readonly httpPort: number
  readonly loaders: ReadonlyMap<Arch, string>
  readonly own?: readonly OwnLoader[]
}

interface Row {
  readonly arch: Arch
  readonly tag: string
  readonly type: number
  /** A file name for TFTP, a URL for HTTP Boot. */
  readonly file: string
  readonly http: boolean
}

/** Everything the lines of each server are made of. */
interface Parts {
  readonly rows: readonly Row[]
  /** Cards whose iPXE goes to our script, and those that are not for iPXE at all. */
  readonly own: readonly OwnLoader[]
  readonly other: readonly OwnLoader[]
  readonly script: string
  readonly address: string
}

/** The lines for a foreign DHCP server's config: our loader to firmware, our script to iPXE. */
export function foreignLines(server: ForeignServer, facts: ForeignFacts): string {
  const { serverAddress: address, httpPort, own = [] } = facts
  const parts: Parts = {
    rows: rowsOf(facts),
    own: own.filter(({ isIpxe }) => isIpxe),
    other: own.filter(({ isIpxe }) => !isIpxe),
    script: `http://${address}:${httpPort}/boot.ipxe`,
    address,
  }
  switch (server) {
    case 'dnsmasq':
      return dnsmasq(parts)
    case 'kea':
      return kea(parts)
    case 'isc':
      return isc(parts)
  }
}

function rowsOf({ serverAddress, httpPort, loaders }: ForeignFacts): Row[] {
  return [...loaders].flatMap(([arch, name]) =>
    [false, true].flatMap(http => {
      const file = http ? `http://${serverAddress}:${httpPort}/loaders/${name}` : name
      const tag = http ? `${arch}-http` : arch
      return typesOfArch(arch, http).map((type, n) => {
        return { arch, tag: n === 0 ? tag : `${tag}-${type}`, type, file, http }
      })
    }),
  )
}

/** Tags say what is not wanted too, so nothing depends on which of several lines dnsmasq takes. */
function dnsmasq({ rows, own, other, script, address }: Parts): string {
  const tagged = (cards: readonly OwnLoader[], tag: string, more: string) =>
    cards.flatMap(({ mac, file }) => {
      const name = `bootwright-${mac.replaceAll(':', '')}`
      return [
        `dhcp-host=${mac},set:${tag},set:${name}`,
        `dhcp-boot=tag:${name}${more},${file},,${address}`,
      ]
    })
  const noOther = other.length > 0 ? ',tag:!bootwright-other' : ''
  const noOwn = `${own.length > 0 ? ',tag:!bootwright-own' : ''}${noOther}`
  return [
    'dhcp-match=set:ipxe,175',
    ...tagged(own, 'bootwright-own', ',tag:!ipxe'),
    ...tagged(other, 'bootwright-other', ''),
    ...rows.flatMap(({ tag, type, file, http }) => [
      `dhcp-match=set:${tag},option:client-arch,${type}`,
      http
        ? `dhcp-boot=tag:${tag},tag:!ipxe${noOwn},"${file}"`
        : `dhcp-boot=tag:${tag},tag:!ipxe${noOwn},${file},,${address}`,
      ...(http ? [`dhcp-option-force=tag:${tag},tag:!ipxe,60,HTTPClient`] : []),
    ]),
    `dhcp-boot=tag:ipxe${noOther},${script}`,
    '',
  ].join('\n')
}

function kea({ rows, own, other, script, address }: Parts): string {
  const isMac = ({ mac }: OwnLoader) => `pkt4.mac == 0x${mac.replaceAll(':', '')}`
  const not = (name: string, cards: readonly OwnLoader[]) =>
    cards.length > 0 ? ` and not member('${name}')` : ''
  const anyOf = (name: string, cards: readonly OwnLoader[]) =>
    cards.length > 0 ? [{ name, test: cards.map(isMac).join(' or ') }] : []
  const card = (owner: OwnLoader, more: string) => ({
    name: `bootwright-${owner.mac.replaceAll(':', '')}`,
    test: `${isMac(owner)}${more}`,
    'next-server': address,
    'boot-file-name': owner.file,
  })
  const noIpxe = ` and not member('bootwright-ipxe')`
  const noOwn = not('bootwright-own', own) + not('bootwright-other', other)
  const classes = [
    ...anyOf('bootwright-own', own),
    ...anyOf('bootwright-other', other),
    {
      name: 'bootwright-ipxe',
      test: `option[175].exists${not('bootwright-other', other)}`,
      'boot-file-name': script,
    },
    ...own.map(owner => card(owner, noIpxe)),
    ...other.map(owner => card(owner, '')),
    ...rows.map(({ tag, type, file, http }) => ({
      name: `bootwright-${tag}`,
      test: `option[93].hex == 0x${type.toString(16).padStart(4, '0')}${noIpxe}${noOwn}`,
      'next-server': address,
      'boot-file-name': file,
      ...(http && { 'option-data': [{ name: 'vendor-class-identifier', data: 'HTTPClient' }] }),
    })),
  ]
  return `${JSON.stringify({ 'client-classes': classes }, null, 2)}\n`
}

/** The first branch that holds is taken. */
function isc({ rows, own, other, script, address }: Parts): string {
  const card = ({ mac, file }: OwnLoader) =>
    `if substring(hardware, 1, 6) = ${mac} { filename "${file}"; next-server ${address}; }`
  const branches = rows.map(({ type, file, http }) => {
    const hex = [type >> 8, type & 255].map(byte => byte.toString(16).padStart(2, '0')).join(':')
    const vendor = http ? ' option vendor-class-identifier "HTTPClient";' : ''
    return `if option bootwright-arch = ${hex} { filename "${file}"; next-server ${address};${vendor} }`
  })
  const ipxe = `if exists bootwright-ipxe { filename "${script}"; }`
  const all = [...other.map(card), ipxe, ...own.map(card), ...branches]
  return [
    'option bootwright-arch code 93 = string;',
    'option bootwright-ipxe code 175 = string;',
    ...all.map((branch, n) => (n === 0 ? branch : `els${branch}`)),
    '',
  ].join('\n')
}

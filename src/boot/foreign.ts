import { type Arch, typesOfArch } from './arch.ts'

export type ForeignServer = 'dnsmasq' | 'kea' | 'isc'

export const foreignServers: readonly ForeignServer[] = ['dnsmasq', 'kea', 'isc']

/** What a DHCP server that is not ours must say so that machines find us. */
export interface ForeignFacts {
  /** Dotted quad. */
  readonly serverAddress: string
  readonly httpPort: number
  readonly loaders: ReadonlyMap<Arch, string>
}

interface Row {
  readonly arch: Arch
  readonly tag: string
  readonly type: number
  /** A file name for TFTP, a URL for HTTP Boot. */
  readonly file: string
  readonly http: boolean
}

/** The lines for a foreign DHCP server's config: our loader to firmware, our script to iPXE. */
export function foreignLines(server: ForeignServer, facts: ForeignFacts): string {
  const rows = rowsOf(facts)
  const script = `http://${facts.serverAddress}:${facts.httpPort}/boot.ipxe`
  switch (server) {
    case 'dnsmasq':
      return dnsmasq(rows, script, facts.serverAddress)
    case 'kea':
      return kea(rows, script, facts.serverAddress)
    case 'isc':
      return isc(rows, script, facts.serverAddress)
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

function dnsmasq(rows: readonly Row[], script: string, address: string): string {
  return [
    'dhcp-match=set:ipxe,175',
    ...rows.flatMap(({ tag, type, file, http }) => [
      `dhcp-match=set:${tag},option:client-arch,${type}`,
      http
        ? `dhcp-boot=tag:${tag},tag:!ipxe,"${file}"`
        : `dhcp-boot=tag:${tag},tag:!ipxe,${file},,${address}`,
      ...(http ? [`dhcp-option-force=tag:${tag},tag:!ipxe,60,HTTPClient`] : []),
    ]),
    `dhcp-boot=tag:ipxe,${script}`,
    '',
  ].join('\n')
}

function kea(rows: readonly Row[], script: string, address: string): string {
  const classes = [
    { name: 'bootwright-ipxe', test: 'option[175].exists', 'boot-file-name': script },
    ...rows.map(({ tag, type, file, http }) => ({
      name: `bootwright-${tag}`,
      test: `option[93].hex == 0x${type.toString(16).padStart(4, '0')} and not member('bootwright-ipxe')`,
      'next-server': address,
      'boot-file-name': file,
      ...(http && { 'option-data': [{ name: 'vendor-class-identifier', data: 'HTTPClient' }] }),
    })),
  ]
  return `${JSON.stringify({ 'client-classes': classes }, null, 2)}\n`
}

function isc(rows: readonly Row[], script: string, address: string): string {
  const branches = rows.map(({ type, file, http }) => {
    const hex = [type >> 8, type & 255].map(byte => byte.toString(16).padStart(2, '0')).join(':')
    const vendor = http ? ' option vendor-class-identifier "HTTPClient";' : ''
    return `elsif option bootwright-arch = ${hex} { filename "${file}"; next-server ${address};${vendor} }`
  })
  return [
    'option bootwright-arch code 93 = string;',
    'option bootwright-ipxe code 175 = string;',
    `if exists bootwright-ipxe { filename "${script}"; }`,
    ...branches,
    '',
  ].join('\n')
}

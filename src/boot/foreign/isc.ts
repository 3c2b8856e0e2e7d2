import type { BootFile, Card, ForeignLines, ForeignRow } from './row.ts'

/** The first branch that holds is taken. */
export function iscBranches({ rows, cards, httpTypes, script, address }: ForeignLines): string {
  const isHttp = `not exists bootwright-ipxe and (${httpTypes.map(isType).join(' or ')})`
  const http = cards.map(card => branch([isMac(card.mac), isHttp], card.http, address))
  const pxe = (kind: Card['kind']) =>
    cards
      .filter(card => card.kind === kind)
      .map(card => branch([isMac(card.mac)], card.pxe, address))
  const all = [
    ...http,
    ...pxe('other'),
    `if exists bootwright-ipxe { filename "${script}"; }`,
    ...pxe('own'),
    ...rows.map(row => branch(testsOf(row), row.says, address)),
  ]
  return [
    'option bootwright-arch code 93 = string;',
    'option bootwright-ipxe code 175 = string;',
    ...all.map((one, n) => (n === 0 ? one : `els${one}`)),
    '',
  ].join('\n')
}

function branch(tests: readonly string[], says: BootFile | undefined, address: string): string {
  const file = says ? ` filename "${says.file}"; next-server ${address};` : ''
  const vendor = says?.http ? ' option vendor-class-identifier "HTTPClient";' : ''
  return `if ${tests.join(' and ')} {${file}${vendor} }`
}

function testsOf({ type, vendor, macs }: ForeignRow): string[] {
  const isPrefix = (mac: string) => `substring(hardware, 1, ${mac.split(':').length}) = ${mac}`
  const isVendor = (text: string) =>
    `substring(option vendor-class-identifier, 0, ${text.length}) = "${text}"`
  return [
    ...(type === undefined ? [] : [isType(type)]),
    ...(vendor === undefined ? [] : [isVendor(vendor)]),
    ...(macs ? [`(${macs.map(isPrefix).join(' or ')})`] : []),
  ]
}

function isType(type: number): string {
  const hex = [type >> 8, type & 255].map(byte => byte.toString(16).padStart(2, '0')).join(':')
  return `option bootwright-arch = ${hex}`
}

function isMac(mac: string): string {
  return `substring(hardware, 1, 6) = ${mac}`
}

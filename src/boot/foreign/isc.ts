import { hexOfType, httpClassHex } from './hex.ts'
import type { BootFile, Card, ClientTests, Family, ForeignLines, ForeignRow } from './row.ts'

/** The first branch that holds is taken. */
export function iscBranches(lines: ForeignLines): string {
  const { rows, cards, httpTypes, script } = lines
  const say = words[lines.family]
  const isHttp = `not ${say.ipxe} and (${httpTypes.map(say.type).join(' or ')})`
  const http = cards.map(card => branch([isMac(card.mac), isHttp], card.http, lines))
  const pxe = (kind: Card['kind']) =>
    cards.filter(card => card.kind === kind).map(card => branch([isMac(card.mac)], card.pxe, lines))
  const all = [
    ...http,
    ...pxe('other'),
    `if ${say.ipxe} {${say.boot({ file: script, http: false })} }`,
    ...pxe('own'),
    ...rows.map(row => branch(testsOf(row, say), row.says, lines)),
  ]
  return [...say.options, ...all.map((one, n) => (n === 0 ? one : `els${one}`)), ''].join('\n')
}

/** What is said in each family in its own way. */
interface IscWords extends ClientTests {
  /** What the lines begin with: options that ISC's server has no name for, or no such type. */
  readonly options: readonly string[]
  /** `server`: who has the file, where it is a name. */
  boot(says: BootFile, server?: string): string
}

const words: Readonly<Record<Family, IscWords>> = {
  4: {
    options: [
      'option bootwright-arch code 93 = string;',
      'option bootwright-ipxe code 175 = string;',
    ],
    ipxe: 'exists bootwright-ipxe',
    type: type => `option bootwright-arch = ${hexOfType(type)}`,
    vendor: text => `substring(option vendor-class-identifier, 0, ${text.length}) = "${text}"`,
    boot: ({ file, http }, server) =>
      ` filename "${file}";${server === undefined ? '' : ` next-server ${server};`}` +
      (http ? ' option vendor-class-identifier "HTTPClient";' : ''),
  },
  6: {
    options: [
      'option dhcp6.bootwright-user code 15 = string;',
      'option dhcp6.bootwright-class code 16 = string;',
      'option dhcp6.bootwright-arch code 61 = string;',
    ],
    // Behind the length of the class.
    ipxe: '(substring(option dhcp6.bootwright-user, 2, 4) = "iPXE")',
    type: type => `option dhcp6.bootwright-arch = ${hexOfType(type)}`,
    // Behind the number of the enterprise and the length.
    vendor: text => `substring(option dhcp6.bootwright-class, 6, ${text.length}) = "${text}"`,
    boot: ({ file, http }) =>
      ` option dhcp6.bootfile-url "${file}";` +
      (http ? ` option dhcp6.bootwright-class ${httpClassHex};` : ''),
  },
}

function branch(
  tests: readonly string[],
  says: BootFile | undefined,
  { family, address }: ForeignLines,
): string {
  return `if ${tests.join(' and ')} {${says ? words[family].boot(says, address) : ''} }`
}

function testsOf({ type, vendor, macs }: ForeignRow, say: IscWords): string[] {
  const isPrefix = (mac: string) => `substring(hardware, 1, ${mac.split(':').length}) = ${mac}`
  return [
    ...(type === undefined ? [] : [say.type(type)]),
    ...(vendor === undefined ? [] : [say.vendor(vendor)]),
    ...(macs ? [`(${macs.map(isPrefix).join(' or ')})`] : []),
  ]
}

function isMac(mac: string): string {
  return `substring(hardware, 1, 6) = ${mac}`
}

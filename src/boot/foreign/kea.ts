import { hexOfType, httpClassHex } from './hex.ts'
import type { BootFile, Card, ClientTests, Family, ForeignLines, ForeignRow } from './row.ts'

/** Client classes, of which each leaves alone whoever an earlier one is for. */
export function keaClasses(lines: ForeignLines): string {
  const { rows, cards, httpTypes, script } = lines
  const say = words[lines.family]
  const all = (kind: Card['kind']) => cards.filter(card => card.kind === kind)
  const no = (kind: Card['kind']) => (all(kind).length > 0 ? [not(kind)] : [])
  const general = (row: ForeignRow) => [
    not('ipxe'),
    ...no('own'),
    ...no('other'),
    ...(row.http ? no('disc') : []),
    ...row.before.map(not),
  ]
  const kinds = (['own', 'other', 'disc'] as const).flatMap(kind => {
    const test = all(kind).map(isMac).join(' or ')
    return test ? [{ name: `bootwright-${kind}`, test }] : []
  })
  const classes = [
    ...kinds,
    {
      name: 'bootwright-ipxe',
      test: and(say.ipxe, ...no('other')),
      ...say.boot({ file: script, http: false }),
    },
    ...(cards.length > 0 ? [httpFirmware(httpTypes, say)] : []),
    ...cards.flatMap(card => cardClasses(card, lines)),
    ...rows.map(row => ({
      name: `bootwright-${row.tag}`,
      test: and(...testsOf(row, say), ...general(row)),
      ...bootOf(row.says, lines),
    })),
  ]
  return `${JSON.stringify({ 'client-classes': classes }, null, 2)}\n`
}

/** What is said in each family in its own way. */
interface KeaWords extends ClientTests {
  /** `server`: who has the file, where it is a name. */
  boot(says: BootFile, server?: string): object
}

const words: Readonly<Record<Family, KeaWords>> = {
  4: {
    ipxe: 'option[175].exists',
    type: type => `option[93].hex == ${hexNumber(type)}`,
    vendor: text => `substring(option[60].hex, 0, ${text.length}) == '${text}'`,
    boot: ({ file, http }, server) => ({
      ...(server !== undefined && { 'next-server': server }),
      'boot-file-name': file,
      ...(http && { 'option-data': [{ name: 'vendor-class-identifier', data: 'HTTPClient' }] }),
    }),
  },
  6: {
    // Behind the length of the class.
    ipxe: `(substring(option[15].hex, 2, 4) == 'iPXE')`,
    type: type => `option[61].hex == ${hexNumber(type)}`,
    // Behind the number of the enterprise and the length.
    vendor: text => `substring(option[16].hex, 6, ${text.length}) == '${text}'`,
    boot: ({ file, http }) => ({
      'option-data': [{ name: 'bootfile-url', data: file }, ...(http ? [httpClass] : [])],
    }),
  },
}

const httpClass = {
  code: 16,
  'csv-format': false,
  'always-send': true,
  data: httpClassHex.replaceAll(':', ''),
}

/** HTTP Boot, which is no iPXE: iPXE says the type of the firmware that it came from. */
function httpFirmware(types: readonly number[], say: KeaWords) {
  const test = `(${types.map(say.type).join(' or ')}) and not ${say.ipxe}`
  return { name: 'bootwright-http', test }
}

function cardClasses(card: Card, lines: ForeignLines) {
  const name = `bootwright-${card.mac.replaceAll(':', '')}`
  const noIpxe = card.kind === 'own' ? [not('ipxe')] : []
  const pxe = { name, test: and(isMac(card), ...noIpxe, not('http')) }
  const http = { name: `${name}-http`, test: and(isMac(card), `member('bootwright-http')`) }
  return [
    ...(card.pxe ? [{ ...pxe, ...bootOf(card.pxe, lines) }] : []),
    ...(card.http ? [{ ...http, ...bootOf(card.http, lines) }] : []),
  ]
}

function bootOf(says: BootFile | undefined, { family, address }: ForeignLines): object {
  return says ? words[family].boot(says, address) : {}
}

function testsOf({ type, vendor, macs }: ForeignRow, say: KeaWords): string[] {
  const isPrefix = (mac: string) =>
    `substring(pkt4.mac, 0, ${mac.split(':').length}) == 0x${mac.replaceAll(':', '')}`
  return [
    ...(type === undefined ? [] : [say.type(type)]),
    ...(vendor === undefined ? [] : [say.vendor(vendor)]),
    ...(macs ? [`(${macs.map(isPrefix).join(' or ')})`] : []),
  ]
}

function hexNumber(type: number): string {
  return `0x${hexOfType(type).replace(':', '')}`
}

function isMac({ mac }: Card): string {
  return `pkt4.mac == 0x${mac.replaceAll(':', '')}`
}

function not(name: string): string {
  return `not member('bootwright-${name}')`
}

function and(...tests: readonly string[]): string {
  return tests.join(' and ')
}

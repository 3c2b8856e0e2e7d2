import type { BootFile, Card, ForeignLines, ForeignRow } from './row.ts'

/** Client classes, of which each leaves alone whoever an earlier one is for. */
export function keaClasses({ rows, cards, httpTypes, script, address }: ForeignLines): string {
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
      test: and('option[175].exists', ...no('other')),
      'boot-file-name': script,
    },
    ...(cards.length > 0 ? [httpFirmware(httpTypes)] : []),
    ...cards.flatMap(card => cardClasses(card, address)),
    ...rows.map(row => ({
      name: `bootwright-${row.tag}`,
      test: and(...testsOf(row), ...general(row)),
      ...bootOf(row.says, address),
    })),
  ]
  return `${JSON.stringify({ 'client-classes': classes }, null, 2)}\n`
}

/** HTTP Boot, which is no iPXE: iPXE says the type of the firmware that it came from. */
function httpFirmware(types: readonly number[]) {
  const test = `(${types.map(isType).join(' or ')}) and not option[175].exists`
  return { name: 'bootwright-http', test }
}

function cardClasses(card: Card, address: string) {
  const name = `bootwright-${card.mac.replaceAll(':', '')}`
  const noIpxe = card.kind === 'own' ? [not('ipxe')] : []
  const pxe = { name, test: and(isMac(card), ...noIpxe, not('http')) }
  const http = { name: `${name}-http`, test: and(isMac(card), `member('bootwright-http')`) }
  return [
    ...(card.pxe ? [{ ...pxe, ...bootOf(card.pxe, address) }] : []),
    ...(card.http ? [{ ...http, ...bootOf(card.http, address) }] : []),
  ]
}

function bootOf(says: BootFile | undefined, address: string) {
  if (!says) return {}
  return {
    'next-server': address,
    'boot-file-name': says.file,
    ...(says.http && { 'option-data': [{ name: 'vendor-class-identifier', data: 'HTTPClient' }] }),
  }
}

function testsOf({ type, vendor, macs }: ForeignRow): string[] {
  const isPrefix = (mac: string) =>
    `substring(pkt4.mac, 0, ${mac.split(':').length}) == 0x${mac.replaceAll(':', '')}`
  return [
    ...(type === undefined ? [] : [isType(type)]),
    ...(vendor === undefined
      ? []
      : [`substring(option[60].hex, 0, ${vendor.length}) == '${vendor}'`]),
    ...(macs ? [`(${macs.map(isPrefix).join(' or ')})`] : []),
  ]
}

function isType(type: number): string {
  return `option[93].hex == 0x${type.toString(16).padStart(4, '0')}`
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

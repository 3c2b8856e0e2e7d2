import t from 'tap'
import { lineOfProgram, oneLine, printable, printableFacts } from '../../src/base/printable.ts'
import { describe } from '../../src/dhcp/describe.ts'
import { readClient } from '../../src/dhcp/read-client.ts'
import { readRival } from '../../src/dhcp/rivals.ts'
import { readSaid } from '../../src/http/machine/phone-home-body.ts'
import { readReport } from '../../src/install/ssh/report.ts'
import { readOffer } from '../../src/probe/offers.ts'
import { shown } from '../../src/tftp/event.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { textToBytes } from '../../src/wire/dhcp-values.ts'
import { readSyslog } from '../../src/wire/syslog-message.ts'
import { ip, like, mac } from '../dhcp/examples.ts'

/** A line end, a cursor movement, C1's own, a new paragraph, and three ways to turn the text. */
const evil = 'a\r\nb\x1b[2Jc\x9bd\u2029e\u202ef\u2066g\u200fh'
const moves = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

const sender = mac('52:54:00:12:34:56')
const offer = {
  ...like('ovmf-x64-discover', { mac: sender, options: { [option.vendorClass]: undefined } }),
  ...{ op: 2, xid: 7, file: evil, sname: evil },
  options: new Map([
    [option.messageType, Uint8Array.of(2)],
    [option.serverId, Uint8Array.of(10, 77, 0, 9)],
    [option.bootFile, textToBytes(evil)],
    [option.hostName, textToBytes(evil)],
    [option.userClass, textToBytes(evil)],
  ]),
} as const
const client = like('ovmf-x64-discover', {
  options: { [option.vendorClass]: textToBytes(`PXEClient${evil}`) },
})
const report = `boot\t1\ncmdline\tx\nvendor\t${evil.replace('\n', '')}\ndisk\t/dev/\u202esda\t1\t\u202em\t\nend\t\n`

/** What each reader of the wire makes of such a text. */
const readers: Readonly<Record<string, () => unknown>> = {
  'a vendor class': () => readClient(client, sender),
  'the boot file of a rival': () =>
    readRival(offer, ip('10.77.0.9'), { mac: sender, xid: 7, own: [] }),
  'the boot file of an offer': () => readOffer(offer, ip('10.77.0.9'), { ...probe })?.bootFile,
  'a packet for people': () => describe(offer).split('\n'),
  'a TFTP name': () => shown(evil),
  'a line of syslog': () => readSyslog(new TextEncoder().encode(`<13>${evil}`)),
  'a message': () => readSaid({ event: 'failed', message: evil }, { fields: {} }),
  'the last line of a log': () => readSaid({ event: 'failed' }, { fields: {}, lastLine: evil }),
  facts: () => readSaid({ event: 'ready' }, { fields: { facts: { [evil]: [{ x: evil }] } } }),
  'facts over SSH': () => readReport(report)?.facts,
  'a line of a callback': () => lineOfProgram(evil),
}
const probe = { mac: sender, xid: 7 } as Parameters<typeof readOffer>[2]

t.test('no text of the wire moves the cursor or turns the line of whoever reads it', async t => {
  for (const [what, read] of Object.entries(readers)) {
    const texts = textsIn(read())
    t.ok(texts.length > 0, `${what} is read`)
    for (const text of texts) t.notMatch(text, moves, what)
  }
})

t.test('a name keeps its length, a line is trimmed, a program loses its colours', async t => {
  t.equal(printable('a\nb\u202ec 👩‍🚀'), 'a?b?c 👩‍🚀')
  t.equal(oneLine(' a\r\n\tb\u200b '), 'a b')
  t.equal(lineOfProgram('\x1b[1;31merror:\x1b[0m no\tdisk\x1b]0;title\x07'), 'error: no disk')
  t.strictSame(printableFacts({ n: 1, none: null, list: ['a\nb', true] }), {
    ...{ n: 1, none: null, list: ['a b', true] },
  })
})

/** All texts in a value, names too. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)])
}

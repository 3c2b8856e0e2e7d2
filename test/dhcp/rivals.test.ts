import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import pretty from 'pino-pretty'
import t from 'tap'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { readClient } from '../../src/dhcp/read-client.ts'
import {
  judge,
  type Rival,
  type RivalRule,
  type RivalVerdict,
  readRival,
  rivalProbe,
} from '../../src/dhcp/rivals.ts'
import { decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { bytesOf, ip, mac } from './examples.ts'

const server: Rival = { server: ip('10.77.0.2'), gives: 'addresses' }
const booting: Rival = { ...server, nextServer: ip('10.77.0.9'), bootFile: 'pxelinux.0' }
const proxy: Rival = { server: ip('10.77.0.3'), gives: 'boot' }

interface Row {
  readonly when: string
  readonly mode?: 'server' | 'proxy'
  readonly rule?: RivalRule
  readonly rivals: readonly Rival[]
  readonly established?: boolean
  readonly kind: RivalVerdict['kind']
  readonly text?: RegExp
}

const rows: readonly Row[] = [
  { when: 'nobody answers', rivals: [], kind: 'clear' },
  {
    when: 'another DHCP server',
    rivals: [server],
    kind: 'held',
    text: /^network lan: 10\.77\.0\.2 answers .*no address is given until it is gone, or allowed by `rivals: \[10\.77\.0\.2\]`$/,
  },
  {
    when: 'two of them',
    rivals: [server, { ...server, server: ip('10.77.0.4') }],
    kind: 'held',
    text: /10\.77\.0\.2 and 10\.77\.0\.4: no address .* `rivals: \[10\.77\.0\.2, 10\.77\.0\.4\]`$/,
  },
  { when: 'the config warns only', rule: 'warn', rivals: [server], kind: 'warned' },
  { when: 'the config allows it', rule: [ip('10.77.0.2')], rivals: [server], kind: 'clear' },
  { when: 'the config allows another', rule: [ip('10.77.0.9')], rivals: [server], kind: 'held' },
  {
    when: 'addresses were given before',
    rivals: [server],
    established: true,
    kind: 'warned',
    text: /given here before, so we go on/,
  },
  {
    when: 'a proxyDHCP server',
    rivals: [proxy],
    kind: 'warned',
    text: /10\.77\.0\.3 answers netboots as well/,
  },
  { when: 'an allowed proxyDHCP server', rule: [proxy.server], rivals: [proxy], kind: 'clear' },
  {
    when: 'both kinds',
    rivals: [server, proxy],
    kind: 'held',
    text: /10\.77\.0\.3 answers netboots/,
  },
  { when: 'we are the proxy of it', mode: 'proxy', rivals: [server], kind: 'clear' },
  {
    when: 'we are its proxy, and it has boot options',
    mode: 'proxy',
    rivals: [booting],
    kind: 'warned',
    text: /10\.77\.0\.2 offers the boot file pxelinux\.0 from 10\.77\.0\.9: machines may take that/,
  },
  { when: 'two proxies', mode: 'proxy', rivals: [server, proxy], kind: 'warned' },
]

for (const row of rows) {
  t.test(row.when, async t => {
    const network = { name: 'lan', mode: row.mode ?? ('server' as const) }
    const verdict = judge(network, row.rule ?? 'refuse', row.rivals, row.established ?? false)
    t.equal(verdict.kind, row.kind)
    if (row.text) t.match(verdict.kind === 'clear' ? '' : sentenceOf(verdict.why), row.text)
  })
}

const own = mac('02:00:00:00:00:01')

t.test('our question is one of a PXE client that wants its answer by broadcast', async t => {
  const packet = decodeDhcp(encodeDhcp(rivalProbe(own, 7)))
  t.match(packet, { op: 1, xid: 7, flags: 0x8000, giaddr: 0 })
  t.match(readClient(packet, own), { arch: 'bios', stage: 'firmware', mac: own })
  t.equal(packet.options.get(97)?.length, 17)
})

t.test('what it says moves no cursor and turns no line, wherever it is shown', async t => {
  const question = rivalProbe(own, 7)
  const offer = { ...question, op: 2, yiaddr: ip('10.77.0.100'), siaddr: ip('10.77.0.9') }
  const hostile = 'a\r\n{"level":30}\n\u001b[2J\u202eb\u2066c'
  const type = [53, Uint8Array.of(2)] as const
  const probe = { mac: own, xid: 7, own: [] }
  for (const told of [
    { ...offer, file: hostile, options: new Map([type]) },
    { ...offer, options: new Map([type, [67, Buffer.from(hostile)]]) },
  ]) {
    const rival = readRival(told, ip('10.77.0.2'), probe)
    const verdict = judge({ name: 'lan', mode: 'proxy' }, 'refuse', rival ? [rival] : [], false)
    const said = verdict.kind === 'clear' ? '' : sentenceOf(verdict.why)
    t.match(said, /10\.77\.0\.2 offers the boot file a.*b.*c from 10\.77\.0\.9/)
    const out = terminal()
    out.log.warn(said)
    t.equal(out.text().trimEnd().split('\n').length, 1)
    t.notMatch(out.text().trimEnd(), /\p{Cc}|\p{Cf}/u)
  }
})

/** A log for people, as the daemon's on a terminal. */
function terminal() {
  const out = new PassThrough()
  const lines = pretty({ sync: true, colorize: false, singleLine: true, destination: out })
  return { log: pino({ base: null }, lines), text: () => String(out.read() ?? '') }
}

t.test('who answers it', async t => {
  const question = rivalProbe(own, 7)
  const options = new Map([
    [53, Uint8Array.of(2)],
    [54, bytesOf('10.77.0.2')],
  ])
  const offer = { ...question, op: 2, yiaddr: ip('10.77.0.100'), options }
  const probe = { mac: own, xid: 7, own: [ip('10.77.0.1')] }
  const source = ip('10.77.0.2')
  t.strictSame(readRival(offer, source, probe), server)
  t.match(readRival({ ...offer, yiaddr: ip('0.0.0.0') }, source, probe), { gives: 'boot' })
  const file = { ...offer, file: 'pxelinux.0', siaddr: ip('10.77.0.9') }
  t.strictSame(readRival(file, source, probe), booting)
  const without = { ...offer, options: new Map([[53, Uint8Array.of(2)]]) }
  t.strictSame(readRival(without, source, probe), server, 'its source, where option 54 is missing')
  for (const [what, other] of [
    ['our own question', question],
    ['an offer to somebody else', { ...offer, xid: 8 }],
    ['one with another MAC', { ...offer, chaddr: new Uint8Array(16) }],
    ['an ACK', { ...offer, options: new Map([[53, Uint8Array.of(5)]]) }],
    ['our own offer', { ...offer, options: new Map(options).set(54, bytesOf('10.77.0.1')) }],
  ] as const) {
    t.equal(readRival(other, source, probe), undefined, what)
  }
})

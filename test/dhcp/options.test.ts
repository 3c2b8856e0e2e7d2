import t from 'tap'
import type { DhcpOption, Network } from '../../src/boot/host.ts'
import { describe } from '../../src/dhcp/describe.ts'
import { parseSubnet } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { me } from './conversation.ts'
import { host, ip, like, mac, network, type Place, world } from './examples.ts'

const text = (code: number, value: string, force = false): DhcpOption => ({
  code,
  bytes: [...Buffer.from(value)],
  ...(force ? { force } : {}),
})
const route = (to: string, via: string) => {
  const subnet = parseSubnet(to)
  if (!subnet) throw new Error(to)
  return { to: subnet, via: ip(via) }
}

/** The reply's lines for some options, as `describe` writes them. */
function lines(
  codes: readonly number[],
  asked: number[] | undefined,
  more: Partial<Network>,
  place: Place = {},
) {
  const options = { [option.parameterList]: asked && Uint8Array.from(asked) }
  const outcome = world({ networks: [network(more)], ...place }).send(
    like('dhclient-discover', { options }),
  )
  if (outcome.kind === 'none') return [outcome.reason]
  const wanted = new Set(codes.map(String))
  return describe(outcome.reply)
    .split('\n')
    .filter(line => wanted.has(line.split(' ')[0] ?? ''))
}

t.test('mtu, broadcast, ntp, domain search and routes, when they are asked for', async t => {
  const more = {
    mtu: 9000,
    ntp: [ip('10.77.0.1'), ip('10.77.0.2')],
    domainSearch: ['lab.example', 'example'],
    routes: [route('10.0.0.0/8', '10.77.0.2')],
  }
  const all = [26, 28, 42, 119, 121]
  t.strictSame(lines(all, [26, 28, 42, 119, 121], more), [
    '26 mtu: 9000',
    '28 broadcast: 10.77.0.255',
    '42 ntp: 10.77.0.1 10.77.0.2',
    '119 domain search: lab.example example',
    '121 routes: 10.0.0.0/8 via 10.77.0.2, 0.0.0.0/0 via 10.77.0.254',
  ])
  t.strictSame(lines(all, [1], more), [])
  t.strictSame(lines(all, [26, 42, 119, 121], {}), [], 'nothing when the config says nothing')
})

t.test('a default route that is written is not repeated (RFC 3442)', async t => {
  const routes = [route('0.0.0.0/0', '10.77.0.9')]
  t.strictSame(lines([121], [121], { routes }), ['121 routes: 0.0.0.0/0 via 10.77.0.9'])
})

t.test('a free option is sent when it is asked for, or forced', async t => {
  const options = [text(252, 'http://wpad'), text(250, 'b', true)]
  t.strictSame(lines([250, 252], [1], { options }), ['250 option: 62'])
  t.strictSame(lines([250, 252], undefined, { options }), ['250 option: 62'])
  t.strictSame(lines([250], [250, 252], { options }), ['250 option: 62'])
  t.equal(lines([252], [252], { options }).length, 1)
})

t.test('host before network, and both before what the daemon would say', async t => {
  const hosts = [{ host: { ...host('node1', me), options: [text(252, 'host'), text(15, 'own')] } }]
  const options = [text(252, 'network'), text(224, 'n')]
  const got = lines([15, 224, 252], [15, 224, 252], { options }, { hosts })
  const quiet = { hosts: [{ host: { ...host('node1', me), options: [text(250, 'host')] } }] }
  t.strictSame(lines([250], [1], { options: [text(250, 'n', true)] }, quiet), [], 'forced or not')
  t.strictSame(got, ['15 domain: "own"', '224 option: 6e', '252 option: 68 6f 73 74'])
})

t.test('a client without a list gets the host’s word on what it gets anyway', async t => {
  const hosts = [{ host: { ...host('node1', me), options: [text(15, 'own'), text(252, 'x')] } }]
  t.strictSame(lines([15, 252], undefined, {}, { hosts }), ['15 domain: "own"'])
})

t.test('a profile of unknownHosts brings its options', async t => {
  const w = world({ unknown: 'boot', profile: { options: [text(250, 'p', true)] } })
  const outcome = w.send(like('ovmf-x64-discover'))
  t.strictSame(outcome.kind === 'reply' && outcome.reply.options.get(250), Uint8Array.of(112))
  const ordinary = w.send(like('udhcpc-discover'))
  t.notOk(ordinary.kind === 'reply' && ordinary.reply.options.has(250), 'only for who boots')
})

t.test('options that boot never come between firmware and the answer', async t => {
  const efi = mac('52:54:00:12:34:02')
  const boot = [43, 66, 67].map(code => text(code, 'mine', true))
  const ask = (capture: string, due: boolean) => {
    const hosts = [{ host: { ...host('node1', efi), options: boot }, due }]
    const outcome = world({ hosts }).send(like(capture, { mac: efi }))
    if (outcome.kind === 'none') return outcome.reason
    return [43, 66, 67].map(code => Buffer.from(outcome.reply.options.get(code) ?? []).toString())
  }
  t.strictSame(ask('ovmf-x64-discover', true), ['\x06\x01\x08\ufffd', '10.77.0.1\0', 'ipxe.efi\0'])
  t.strictSame(ask('ovmf-x64-discover', false), ['\x06\x01\x08\ufffd', '', ''])
  t.strictSame(ask('udhcpc-discover', true), ['mine', 'mine', 'mine'], 'a phone may have them')
})

t.test('INFORM gets them too, a proxy gives none', async t => {
  const options = [text(250, 'b', true)]
  const inform = world({ networks: [network({ options })] }).send(
    like('dhclient-discover', { asked: 'inform', ciaddr: ip('10.77.0.60') }),
  )
  t.ok(inform.kind === 'reply' && inform.reply.options.has(250))
  const proxy = world({ networks: [network({ options, mode: 'proxy' })], unknown: 'boot' })
  const offer = proxy.send(like('ovmf-x64-discover'))
  t.ok(offer.kind === 'reply' && !offer.reply.options.has(250))
})

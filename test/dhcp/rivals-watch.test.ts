import t from 'tap'
import type { NetworkWith4 } from '../../src/boot/network-address.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { createRivalWatch } from '../../src/dhcp/rival-watch.ts'
import type { RivalRule } from '../../src/dhcp/rivals.ts'
import type { Take } from '../../src/dhcp/server.ts'
import { decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { bytesOf, ip, mac, network } from './examples.ts'

/** A watch on a LAN where `rival` answers after some milliseconds, if there is one. */
function lan(rival: { at?: number } = {}, more: { gave?: boolean; deaf?: boolean } = {}) {
  let now = 0
  let take: Take | undefined
  const due: { at: number; bytes: Uint8Array }[] = []
  const said: string[] = []
  const state = { rule: 'refuse' as RivalRule, gave: more.gave ?? false, asked: 0, deaf: 0 }
  const networks: NetworkWith4[] = [network({ interface: 'br0' })]
  const watch = createRivalWatch({
    networks: () => networks,
    rule: () => state.rule,
    gaveAddresses: () => state.gave,
    mac: mac('02:00:00:00:00:01'),
    server: {
      send(_, bytes, to) {
        state.asked += 1
        t.strictSame(to, { address: ip('255.255.255.255'), port: 67 })
        const question = decodeDhcp(bytes)
        const options = new Map([
          [53, Uint8Array.of(2)],
          [54, bytesOf('10.77.0.2')],
        ])
        const offer = { ...question, op: 2, yiaddr: ip('10.77.0.100'), options }
        if (rival.at !== undefined) due.push({ at: now + rival.at, bytes: encodeDhcp(offer) })
      },
      async overhear(listener) {
        if (more.deaf) throw new Error('EADDRINUSE')
        take = listener
        return () => {
          take = undefined
        }
      },
    },
    port: 67,
    changed: (_, verdict) => said.push(verdict.kind),
    deaf() {
      state.deaf += 1
    },
    random: () => 77,
    now: () => now,
    async wait(ms) {
      const end = now + ms
      for (const { at, bytes } of due.splice(0).filter(({ at }) => at <= end)) {
        now = at
        take?.(bytes, { address: ip('10.77.0.2'), port: 67 })
      }
      now = end
    },
  })
  const [first] = networks
  if (!first) throw new Error('unreachable')
  const shut = (at = first) => {
    const why = watch.shut(at)
    return why && sentenceOf(why)
  }
  const to = (ms: number) => {
    now = ms
  }
  return { watch, state, said, networks, shut, to }
}

t.test('nobody there: held back until the first answers could have come', async t => {
  const { watch, shut, said, state, to } = lan()
  t.match(shut(), /first we listen/)
  const turn = watch.tick()
  to(3400)
  t.match(shut(), /first we listen/)
  to(3600)
  t.equal(shut(), undefined)
  await turn
  t.strictSame({ said, asked: state.asked }, { said: [], asked: 2 })
  t.equal(shut(), undefined)
  await watch.tick()
  t.equal(state.asked, 2, 'not again before its time')
  to(400_000)
  await watch.tick()
  t.equal(state.asked, 4)
})

t.test('a rival holds the network until it is gone', async t => {
  const rival: { at?: number } = { at: 1000 }
  const { watch, shut, said, to, state } = lan(rival)
  await watch.tick()
  t.match(shut(), /10\.77\.0\.2 answers/)
  t.strictSame(watch.held().map(sentenceOf), [shut()])
  delete rival.at
  to(20_000)
  await watch.tick()
  t.equal(state.asked, 2)
  to(36_000)
  await watch.tick()
  t.equal(shut(), undefined)
  t.strictSame(said, ['held', 'clear'])
})

t.test('the config may allow it in the meantime', async t => {
  const { watch, shut, state } = lan({ at: 10 })
  await watch.tick()
  t.ok(shut())
  state.rule = [ip('10.77.0.2')]
  await watch.tick()
  t.equal(shut(), undefined)
})

t.test('a network that gave addresses goes on from the first moment', async t => {
  const { watch, shut, said } = lan({ at: 10 }, { gave: true })
  t.equal(shut(), undefined)
  await watch.tick()
  t.equal(shut(), undefined)
  t.strictSame(said, ['warned'])
})

t.test('a rival that comes later', async t => {
  for (const [gave, kind] of [
    [true, 'warned'],
    [false, 'held'],
  ] as const) {
    const rival: { at?: number } = {}
    const { watch, said, to, state } = lan(rival)
    await watch.tick()
    state.gave = gave
    rival.at = 10
    to(400_000)
    await watch.tick()
    t.strictSame(said, [kind])
  }
})

t.test('without port 68 it goes on, and says so once', async t => {
  const { watch, shut, state, to } = lan({}, { deaf: true })
  await watch.tick()
  t.equal(shut(), undefined)
  to(400_000)
  await watch.tick()
  t.equal(state.deaf, 1)
})

t.test('networks where there is nobody to ask', async t => {
  const { watch, shut, networks, state } = lan()
  const far = network({ name: 'far', serverAddress: ip('10.1.0.1') })
  const lo = network({ name: 'lo', serverAddress: ip('127.0.0.1') })
  const none = network({ name: 'none', mode: 'none' })
  networks.splice(0, 1, far, lo, none)
  await watch.tick()
  t.equal(state.asked, 0)
  for (const each of networks) t.equal(shut(each), undefined)
})

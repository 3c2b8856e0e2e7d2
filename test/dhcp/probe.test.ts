import t from 'tap'
import { createProber } from '../../src/dhcp/probe.ts'
import type { Mac } from '../../src/wire/address.ts'
import { ip, mac, network } from './examples.ts'

const client = mac('52:54:00:00:00:01')
const other = mac('52:54:00:00:00:02')

/** The kernel's table, which knows `before` from the start and `after` since it was asked. */
function kernel({ before = [] as Mac[], after = [] as Mac[], left }: Partial<Kernel> = {}) {
  let now = 0
  let poked = 0
  const prober = createProber({
    poke() {
      poked += 1
    },
    neighbours: () => (poked > 0 ? after : before),
    leftBy: () => left,
    now: () => now,
    wait: async ms => pass(ms),
  })
  const pass = (ms: number) => {
    now += ms
  }
  const holder = (address = '10.77.0.60', who = client) =>
    prober.holderOf(network(), ip(address), who)
  return { holder, now: () => now, poked: () => poked, pass }
}

interface Kernel {
  before: Mac[]
  after: Mac[]
  left: Mac | undefined
}

t.test('nobody answers: free, after 400 ms', async t => {
  const { holder, now } = kernel()
  t.equal(await holder(), undefined)
  t.equal(now(), 400)
})

t.test('who answers is told at once', async t => {
  const { holder, now } = kernel({ after: [other] })
  t.equal(await holder(), other)
  t.equal(now(), 50)
})

t.test('the client itself may have it', async t => {
  t.equal(await kernel({ after: [client] }).holder(), undefined)
})

t.test('who gave it back is in the table for a while', async t => {
  const stale = { before: [other], after: [other] }
  t.equal(await kernel({ ...stale, left: other }).holder(), undefined)
  t.equal(await kernel(stale).holder(), other)
  t.equal(await kernel({ after: [other], left: other }).holder(), other, 'it came back')
})

t.test('asked once in 30 s, and once for all that ask together', async t => {
  const { holder, poked, pass } = kernel()
  await Promise.all([holder(), holder()])
  await holder()
  t.equal(poked(), 1)
  pass(30_000)
  await holder()
  t.equal(poked(), 2)
})

t.test('a storm keeps nobody waiting', async t => {
  const { holder, poked, pass } = kernel()
  const many = Array.from({ length: 50 }, (_, n) => holder(`10.77.0.${60 + n}`))
  await Promise.all(many)
  t.equal(poked(), 16)
  pass(5000)
  await holder('10.77.0.200')
  t.equal(poked(), 17, 'and ends')
})

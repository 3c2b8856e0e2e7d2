import t from 'tap'
import { createProber } from '../../src/dhcp/probe.ts'
import type { Mac } from '../../src/wire/address.ts'
import { ip, mac, network } from './examples.ts'

const client = mac('52:54:00:00:00:01')
const other = mac('52:54:00:00:00:02')

/** The kernel's table, which knows `before` from the start and `after` since it was asked. */
function kernel({ before = [], after = [], givenBack = false, sure = true }: Partial<Kernel> = {}) {
  let now = 0
  let poked = 0
  const told: string[] = []
  const prober = createProber({
    poke() {
      poked += 1
    },
    neighbours: () => (poked > 0 ? after : before),
    wasGivenBack: () => givenBack,
    isSure: async () => sure,
    answersForMany: (_, by, addresses) => void told.push(`${by} ${addresses.length}`),
    now: () => now,
    wait: async ms => pass(ms),
  })
  const pass = (ms: number) => {
    now += ms
  }
  const holder = (address = '10.77.0.60', who = client) =>
    prober.holderOf(network(), ip(address), who)
  const answers = () => prober.answersAt(network(), ip('10.77.0.60'))
  return { holder, answers, told, now: () => now, poked: () => poked, pass }
}

interface Kernel {
  before: readonly Mac[]
  after: readonly Mac[]
  givenBack: boolean
  sure: boolean
}

t.test('nobody answers: free, after 400 ms', async t => {
  const { holder, now } = kernel()
  t.equal(await holder(), undefined)
  t.equal(now(), 400)
})

t.test('who answers is told at once', async t => {
  const { holder, now } = kernel({ after: [other] })
  t.strictSame(await holder(), { mac: other, sure: true })
  t.equal(now(), 50)
})

t.test('the client itself may have it', async t => {
  t.equal(await kernel({ after: [client] }).holder(), undefined)
})

t.test('who gave it back and still answers has it: a RELEASE can be forged', async t => {
  const { holder } = kernel({ before: [other], after: [other], givenBack: true })
  t.strictSame(await holder(), { mac: other, sure: true })
})

t.test('an address that was given back is asked about even in a storm', async t => {
  const { holder, poked } = kernel({ givenBack: true, after: [other] })
  const many = Array.from({ length: 50 }, (_, n) => holder(`10.77.0.${60 + n}`))
  await Promise.all(many)
  t.equal(poked(), 50)
})

t.test('asked anew, whatever was found a moment ago', async t => {
  const { holder, answers, poked } = kernel({ after: [client] })
  await holder()
  t.strictSame(await answers(), [client])
  t.equal(poked(), 2)
})

t.test('who answers for many addresses is told once, and not believed', async t => {
  const { holder, told, pass } = kernel({ after: [other] })
  const found = []
  for (let n = 0; n < 6; n++) found.push((await holder(`10.77.0.${60 + n}`))?.mac)
  t.strictSame(found, [other, other, undefined, undefined, undefined, undefined])
  t.strictSame(told, [`${other} 3`])
  pass(600_001)
  t.equal((await holder('10.77.0.90'))?.mac, other, 'it may have been mended')
})

t.test('who was known before and may have left is no conflict yet, and asked for anew', async t => {
  const left = kernel({ before: [other], after: [other], sure: false })
  t.strictSame(await left.holder(), { mac: other, sure: false })
  await left.holder()
  t.equal(left.poked(), 2)
  t.strictSame(await left.answers(), [other], 'a DECLINE moves nobody who may be there')
  const came = kernel({ after: [other], sure: false })
  t.strictSame(await came.holder(), { mac: other, sure: true }, 'who was not known has answered')
  for (let n = 0; n < 6; n++) await left.holder(`10.77.0.${60 + n}`)
  t.strictSame(left.told, [], 'one machine may have had many addresses')
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

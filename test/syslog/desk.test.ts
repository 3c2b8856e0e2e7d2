import t from 'tap'
import { createSyslogDesk } from '../../src/syslog/desk.ts'
import type { Ipv4 } from '../../src/wire/address.ts'
import type { IpAddress } from '../../src/wire/ip-address.ts'

const node1 = 0x0a4d0014 as Ipv4
const node2 = 0x0a4d0015 as Ipv4
const line = new TextEncoder().encode('<13>Nov 21 02:40:01 n app: x')

function open(isHost: (from: IpAddress) => boolean = () => true) {
  const clock = { now: 0 }
  const kept: IpAddress[] = []
  const missed: [IpAddress, number][] = []
  const results: string[] = []
  const desk = createSyslogDesk({
    now: () => clock.now,
    keep(from) {
      if (isHost(from)) kept.push(from)
      return isHost(from)
    },
    missed: (from, count) => missed.push([from, count]),
    counted: result => results.push(result),
  })
  const send = (from: Ipv4, times = 1) => {
    for (let n = 0; n < times; n++) desk.receive(line, from)
  }
  return { clock, kept, missed, results, send, desk }
}

t.test('a sender that floods is held to its rate, and told about once', async t => {
  const { clock, kept, missed, results, send } = open()
  send(node1, 1000)
  t.equal(kept.length, 200)
  t.equal(results.filter(result => result === 'dropped').length, 800)
  send(node2)
  t.equal(kept.at(-1), node2, 'another one is heard')
  clock.now += 1000
  send(node1, 50)
  t.equal(kept.filter(from => from === node1).length, 220, '20 a second after that')
  t.strictSame(missed, [[node1, 800]])
  clock.now += 60_000
  send(node1, 201)
  t.equal(kept.filter(from => from === node1).length, 420, 'and after a while all at once again')
  t.strictSame(missed.at(-1), [node1, 30])
})

t.test('who is no host is counted and not kept', async t => {
  const { results, send } = open(from => from === node1)
  send(node1)
  send(node2)
  t.strictSame(results, ['kept', 'stranger'])
})

t.test('nothing said is nothing counted', async t => {
  const { results, desk } = open()
  desk.receive(new Uint8Array(), node1)
  t.strictSame(results, [])
})

t.test(
  'made-up senders do not fill the memory, nor do they free one that floods for long',
  async t => {
    const { kept, send } = open(from => from === node1)
    for (let n = 0; n < 10_000; n++) send((0x0b000000 + n) as Ipv4)
    send(node1, 300)
    t.equal(kept.length, 200)
  },
)

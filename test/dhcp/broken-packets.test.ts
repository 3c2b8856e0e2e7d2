import t from 'tap'
import { describe } from '../../src/dhcp/describe.ts'
import { replyLimit } from '../../src/dhcp/reply.ts'
import { toHex } from '../../src/wire/address.ts'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { WireError } from '../../src/wire/error.ts'
import { capturedBytes, captures } from '../packets.ts'
import { ip, like, network, world } from './examples.ts'

function decoded(bytes: Uint8Array): DhcpPacket | undefined {
  try {
    return decodeDhcp(bytes)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

const arrivals = [
  { port: 'dhcp', broadcast: true },
  { port: 'proxy', broadcast: false },
] as const

for (const name of captures) {
  for (const mode of ['server', 'proxy'] as const) {
    t.test(`${name}, ${mode}: any byte may be broken`, async t => {
      const bytes = capturedBytes(name)
      let replies = 0
      for (let at = 0; at < bytes.length; at++) {
        for (const flip of [0x01, 0x40, 0xff]) {
          const packet = decoded(bytes.with(at, (bytes[at] ?? 0) ^ flip))
          if (!packet) continue
          describe(packet)
          const w = world({ networks: [network({ mode })], unknown: 'boot' })
          for (const arrival of arrivals) {
            const outcome = w.send(packet, { arrival })
            if (outcome.kind === 'none') continue
            replies++
            const size = encodeDhcp(outcome.reply, { max: replyLimit(packet) }).length
            if (size < 300 || size > replyLimit(packet)) t.fail(`${size} bytes, byte ${at}`)
          }
        }
      }
      t.pass(`${replies} replies`)
    })
  }
}

t.test('a relay may write anything into 82 and 118', async t => {
  let seed = 7
  const next = (most: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return (seed >>> 8) % most
  }
  const rubbish = () =>
    Uint8Array.from({ length: next(24) }, () => [5, 4, 11, 19, 10, next(256)][next(6)] ?? 0)
  let replies = 0
  for (let n = 0; n < 4000; n++) {
    const name = captures[n % captures.length] ?? ''
    const packet = like(name, {
      giaddr: ip('10.77.0.2'),
      options: { 82: rubbish(), ...(n % 3 === 0 ? { 118: rubbish() } : {}) },
    })
    describe(packet)
    const outcome = world({ unknown: 'boot' }).send(packet)
    if (outcome.kind === 'none') continue
    replies++
    const { options } = decodeDhcp(encodeDhcp(outcome.reply, { max: replyLimit(packet) }))
    const [back, sent] = [options, packet.options].map(map =>
      toHex(map.get(82) ?? new Uint8Array()),
    )
    if (back !== sent) t.fail(`${name}: 82 was ${sent} and came back as ${back}`)
    if (outcome.to.address !== packet.giaddr) t.fail('a reply that does not go to the relay')
  }
  t.ok(replies > 500, `${replies} replies`)
})

import t from 'tap'
import { describe } from '../../src/dhcp/describe.ts'
import { replyLimit } from '../../src/dhcp/reply.ts'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { WireError } from '../../src/wire/error.ts'
import { capturedBytes, captures } from '../packets.ts'
import { network, world } from './examples.ts'

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

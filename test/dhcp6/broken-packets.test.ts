import t from 'tap'
import { type Dhcp6Packet, decodeDhcp6, encodeDhcp6 } from '../../src/wire/dhcp6-packet.ts'
import { WireError } from '../../src/wire/error.ts'
import { capturedBytes6, captures6 } from '../packets6.ts'
import { firmware, host6, network6, ourDuid, world6 } from './examples.ts'

function decoded(bytes: Uint8Array): Dhcp6Packet | undefined {
  try {
    return decodeDhcp6(bytes)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

for (const name of captures6) {
  t.test(`${name}: any byte may be broken`, async t => {
    const bytes = capturedBytes6(name)
    let replies = 0
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [0x01, 0x40, 0xff]) {
        const packet = decoded(bytes.with(at, (bytes[at] ?? 0) ^ flip))
        if (!packet) continue
        const hosts = [{ host: host6('node1', firmware, '2001:db8:77::20'), due: true }]
        const w = world6({ networks: [network6({ rapidCommit: true })], hosts, unknown: 'boot' })
        for (const options of [packet.options, named(packet)]) {
          const outcome = w.send({ ...packet, options })
          if (outcome.kind === 'none') continue
          replies++
          const { length } = encodeDhcp6(outcome.reply)
          if (length > 1232) t.fail(`${length} bytes, byte ${at}`)
        }
      }
    }
    t.pass(`${replies} replies`)
  })
}

/** The same packet for us. */
function named({ options }: Dhcp6Packet): Dhcp6Packet['options'] {
  return options.map(option => (option[0] === 2 ? [2, ourDuid] : option))
}

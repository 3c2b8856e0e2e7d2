import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { textOfBytes } from '../../src/wire/dhcp-values.ts'
import { messageType6, option6 } from '../../src/wire/dhcp6-codes.ts'
import { decodeDhcp6, option6Of } from '../../src/wire/dhcp6-packet.ts'
import { lengthTextsOfBytes } from '../../src/wire/dhcp6-values.ts'
import { captured6, capturedBytes6 } from '../packets6.ts'

/**
 * Sends the SOLICITs of these captures from `eth0`, as the clients sent them, and prints what each is advertised,
 * as JSON.
 *
 *   node test/lab/play-solicits.ts CAPTURE...
 */
const socket = createSocket('udp6').bind(546, '::')
await once(socket, 'listening')
socket.setMulticastInterface('::%eth0')
const told = []
for (const name of process.argv.slice(2)) told.push({ as: name, ...(await advertisedTo(name)) })
socket.close()
process.stdout.write(`${JSON.stringify(told)}\n`)

/** The first advertised within five seconds; it is asked for each second. */
async function advertisedTo(name: string): Promise<{ url?: string; class?: string }> {
  const { xid } = captured6(name)
  const heard: Uint8Array[] = []
  const hear = (bytes: Buffer) => void heard.push(bytes)
  socket.on('message', hear)
  for (let tries = 0; tries < 50 && heard.length === 0; tries++) {
    if (tries % 10 === 0) socket.send(capturedBytes6(name), 547, 'ff02::1:2%eth0')
    await sleep(100)
  }
  socket.off('message', hear)
  const found = heard.map(decodeDhcp6).find(packet => packet.xid === xid)
  if (found?.type !== messageType6.advertise) return {}
  const url = option6Of(found.options, option6.bootFileUrl)
  const [name16] = lengthTextsOfBytes(
    option6Of(found.options, option6.vendorClass)?.subarray(4) ?? new Uint8Array(),
  )
  return { ...(url && { url: textOfBytes(url) }), ...(name16 && { class: name16 }) }
}

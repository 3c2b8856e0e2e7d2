import { createSocket } from 'node:dgram'
import { formatIpv4, type Ipv4 } from '../wire/address.ts'

/**
 * Sends a UDP packet from an address of ours to a broadcast address, as often as is said: nobody confirms
 * it. One to 255.255.255.255 leaves by the interface that has the address. Rejects with the system's error.
 */
export async function broadcast(
  bytes: Uint8Array,
  from: Ipv4,
  to: { readonly address: Ipv4; readonly port: number },
  times: number,
): Promise<void> {
  const socket = createSocket('udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ address: formatIpv4(from) }, resolve)
    })
    socket.setBroadcast(true)
    for (let n = 0; n < times; n++) {
      await new Promise<void>((resolve, reject) => {
        const done = (error: Error | null) => (error ? reject(error) : resolve())
        socket.send(bytes, to.port, formatIpv4(to.address), done)
      })
    }
  } finally {
    socket.close()
  }
}

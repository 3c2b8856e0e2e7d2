import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
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
    await bind(socket, formatIpv4(from))
    socket.setBroadcast(true)
    await sendOften(socket, bytes, { address: formatIpv4(to.address), port: to.port }, times)
  } finally {
    socket.close()
  }
}

/** The same by IPv6: to a multicast group of the link that an interface is on. */
export async function multicast(
  bytes: Uint8Array,
  device: string,
  to: { readonly address: string; readonly port: number },
  times: number,
): Promise<void> {
  // Node takes the name of an interface that is not there for any.
  if (networkInterfaces()[device] === undefined) throw new Error(`${device} is not up`)
  const socket = createSocket('udp6')
  try {
    await bind(socket, '::')
    await sendOften(socket, bytes, { address: `${to.address}%${device}`, port: to.port }, times)
  } finally {
    socket.close()
  }
}

async function bind(socket: Socket, address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address }, resolve)
  })
}

async function sendOften(
  socket: Socket,
  bytes: Uint8Array,
  { address, port }: { readonly address: string; readonly port: number },
  times: number,
): Promise<void> {
  for (let n = 0; n < times; n++) {
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null) => (error ? reject(error) : resolve())
      socket.send(bytes, port, address, done)
    })
  }
}

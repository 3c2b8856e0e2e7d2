import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createRandom } from '../fuzz/random.ts'

/** RRQ, OACK, ACK 0 and the first DATA. */
const handshake = 4

/** A line between clients on 127.0.0.1 and a server on it. */
export interface Relay {
  readonly port: number
  /** Packets that were lost. */
  lost(): number
  close(): void
}

/**
 * Loses `percent` of all packets in both directions, each as the dice of `seed` fall, but not of the
 * first ones: a client waits for seconds until it repeats its request, and atftp aborts when an OACK
 * comes twice. Every client has a port of its own towards the server, as behind NAT.
 */
export async function lossyRelay(server: number, percent: number, seed: number): Promise<Relay> {
  const random = createRandom(seed)
  const front = createSocket('udp4')
  const backs = new Map<number, Socket>()
  let lost = 0
  let seen = 0
  const survives = () => {
    seen++
    if (seen <= handshake || random.below(100) >= percent) return true
    lost++
    return false
  }
  const backOf = ({ port }: RemoteInfo) => {
    const known = backs.get(port)
    if (known) return known
    const back = createSocket('udp4')
    backs.set(port, back)
    back.on('message', bytes => survives() && front.send(bytes, port, '127.0.0.1'))
    return back
  }
  front.on('message', (bytes, from) => survives() && backOf(from).send(bytes, server, '127.0.0.1'))
  front.bind(0, '127.0.0.1')
  await once(front, 'listening')
  return {
    port: front.address().port,
    lost: () => lost,
    close() {
      front.close()
      for (const back of backs.values()) back.close()
    },
  }
}

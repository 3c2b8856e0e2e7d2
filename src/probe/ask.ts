import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatIpv4, type Ipv4, limitedBroadcast, parseIpv4, unspecified } from '../wire/address.ts'
import { decodeDhcp, encodeDhcp } from '../wire/dhcp-packet.ts'
import { WireError } from '../wire/error.ts'
import { bootServerRequest, discoverOf, type ProbeClient } from './clients.ts'
import { readOffer, type ServerOffer } from './offers.ts'

const ports = { server: 67, client: 68, bootServer: 4011 } as const
/** A broadcast that is lost is said again; dnsmasq pings an address for 3 s before it offers it. */
const againMs = 1500
/** While it pings for one client, it answers no other. */
const mostMs = 10_000
/** A boot server answers at once. */
const bootServerMs = 1500

/**
 * Asks all DHCP servers of a link, by broadcasts from this address of ours, and collects what they offer: for
 * `ms` milliseconds, and longer while a client has no address. Needs the rights for port 68; rejects with the
 * error of `bind`.
 */
export async function askLink(
  own: Ipv4,
  clients: readonly ProbeClient[],
  ms: number,
): Promise<ReadonlyMap<ProbeClient, readonly ServerOffer[]>> {
  const offers = new Map(clients.map(client => [client, new Map<string, ServerOffer>()]))
  // Bound to every address, because a reply by broadcast is for none of them.
  const ear = await bind(unspecified, ports.client)
  // Bound to one, because a broadcast leaves by the interface that has it.
  const mouth = await bind(own, ports.client)
  try {
    ear.on('message', (bytes, { address }) => {
      for (const [client, heard] of offers) {
        const offer = read(bytes, address, client)
        if (offer) heard.set(`${offer.server} ${offer.address === undefined}`, offer)
      }
    })
    for (
      let asked = 0;
      asked < ms || (asked < mostMs && isWaiting(offers.values()));
      asked += againMs
    ) {
      for (const client of clients) {
        mouth.send(encodeDhcp(discoverOf(client)), ports.server, formatIpv4(limitedBroadcast))
      }
      await sleep(againMs)
    }
    return new Map([...offers].map(([client, heard]) => [client, [...heard.values()]]))
  } finally {
    ear.close()
    mouth.close()
  }
}

/** Asks the boot server of an offer on port 4011, from a port of our own; undefined: no answer. */
export async function askBootServer(
  own: Ipv4,
  client: ProbeClient,
  { packet }: ServerOffer,
  at: Ipv4,
): Promise<ServerOffer | undefined> {
  const socket = await bind(own, 0)
  const ended = AbortSignal.timeout(bootServerMs)
  try {
    socket.send(
      encodeDhcp(bootServerRequest(client, packet, own)),
      ports.bootServer,
      formatIpv4(at),
    )
    while (!ended.aborted) {
      const [bytes, { address }] = await once(socket, 'message', { signal: ended })
      const offer = read(bytes, address, client)
      if (offer) return offer
    }
  } catch (error) {
    if (!ended.aborted) throw error
  } finally {
    socket.close()
  }
  return undefined
}

/** Whether somebody was offered no address yet. */
function isWaiting(heard: Iterable<ReadonlyMap<string, ServerOffer>>): boolean {
  return [...heard].some(offers =>
    [...offers.values()].every(({ address }) => address === undefined),
  )
}

function read(bytes: Uint8Array, from: string, client: ProbeClient): ServerOffer | undefined {
  try {
    return readOffer(decodeDhcp(bytes), parseIpv4(from) ?? unspecified, client)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

async function bind(address: Ipv4, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.bind({ address: formatIpv4(address), port })
  await once(socket, 'listening')
  socket.setBroadcast(true)
  return socket
}

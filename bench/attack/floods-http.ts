import { createSocket } from 'node:dgram'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bootDiscover } from '../../src/explain/boot-discover.ts'
import type { Mac } from '../../src/wire/address.ts'
import { encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { type Aim, paced } from './aim.ts'

const port = 8080

/** Requests, connections and streams. */
export const httpFloods = {
  'A1 somebody else asks for the script of a host, 200/s': async ({
    server,
    mac,
    seconds,
  }: Aim) => {
    const get = getter(server)
    await paced(200, seconds, () => get(`/boot/${mac.replaceAll(':', '-')}/boot.ipxe`))
  },

  'A5 its script and its grub.cfg in turns, 850/s': async ({ server, mac, seconds }: Aim) => {
    const get = getter(server)
    const hyphens = mac.replaceAll(':', '-')
    const paths = [`/boot/${hyphens}/boot.ipxe`, `/grub/grub.cfg-01-${hyphens}`]
    await paced(850, seconds, n => get(paths[n % 2] ?? ''))
  },

  'B7 22,000 facts, then 29 DISCOVERs a second with its MAC': async (aim: Aim) => {
    const { server, victim, mac, token, seconds } = aim
    const facts = Object.fromEntries(Array.from({ length: 22_000 }, (_, n) => [`k${n}`, 'v']))
    const post = poster(server, victim)
    post(`/phone-home/${token}`, JSON.stringify({ event: 'progress', facts }), 'application/json')
    const socket = createSocket('udp4')
    socket.bind(() => socket.setBroadcast(true))
    const packet = bootDiscover({ mac: mac as Mac, stage: 'firmware', arch: 'bios', type: 0 })
    await paced(29, seconds, n =>
      socket.send(
        encodeDhcp({ ...packet, xid: 0x50000000 + n }, { max: 1472 }),
        67,
        '255.255.255.255',
      ),
    )
  },

  'B8 phone homes of nobody, forms of 50,000 keys, 4/s': async ({ server, seconds }: Aim) => {
    const body = Array.from({ length: 50_000 }, (_, n) => `k${n.toString(36)}`).join('&')
    const post = poster(server)
    await paced(4, seconds, () =>
      post('/phone-home/AAAAAAAAAAAAAAAAAAAAAAAA', body, 'application/x-www-form-urlencoded'),
    )
  },

  'B8 the same as JSON, 22/s': async ({ server, seconds }: Aim) => {
    const facts = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, 1]))
    const body = JSON.stringify({ event: 'ready', facts })
    const post = poster(server)
    await paced(22, seconds, () =>
      post('/phone-home/AAAAAAAAAAAAAAAAAAAAAAAA', body, 'application/json'),
    )
  },

  'B10 8,192 connections with a body that never ends': ({ server, seconds }: Aim) =>
    crowd(8192, server, seconds, [
      'POST /phone-home/AAAAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n',
      'a',
    ]),

  'B10 2,060 downloads that stall': ({ server, seconds }: Aim) =>
    crowd(2060, server, seconds, ['GET /assets/images/initrd HTTP/1.1\r\nHost: x\r\n\r\n']),

  'B13 300 event streams that nobody reads': async ({ server, mac, seconds }: Aim) => {
    const head = [
      'GET /api/v1/events?after=0&live=1 HTTP/1.1',
      `Host: ${server}:8080`,
      'Authorization: Bearer a-token-that-only-reads',
      'Accept: text/event-stream',
    ].join('\r\n')
    const get = getter(server)
    // There must be something to tell.
    const talk = paced(100, seconds, () => get(`/boot/${mac.replaceAll(':', '-')}/boot.ipxe`))
    await Promise.all([talk, crowd(300, server, seconds, [`${head}\r\n\r\n`])])
  },

  'B14 wrong bearer tokens, 1,500/s': async ({ server, seconds }: Aim) => {
    const get = getter(server, { Authorization: 'Bearer wrong' })
    await paced(1500, seconds, () => get('/api/v1/hosts'))
  },
} satisfies Readonly<Record<string, (aim: Aim) => Promise<void>>>

/** Asks and does not care what comes. */
function getter(server: string, headers: Readonly<Record<string, string>> = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  return (path: string): void => {
    request({ agent, host: server, port, path, headers }, answer => answer.resume())
      .on('error', () => {})
      .end()
  }
}

function poster(server: string, localAddress?: string) {
  return (path: string, body: string, type: string): void => {
    const from = localAddress !== undefined && { localAddress }
    const headers = { 'Content-Type': type }
    request({ host: server, port, path, method: 'POST', headers, ...from }, answer =>
      answer.resume(),
    )
      .on('error', () => {})
      .end(body)
  }
}

/** So many connections that say this and then nothing; what is closed comes again. */
async function crowd(
  count: number,
  server: string,
  seconds: number,
  words: readonly string[],
): Promise<void> {
  const end = performance.now() + seconds * 1000
  let open = 0
  while (performance.now() < end) {
    for (let n = 0; n < 100 && open < count; n++) {
      open++
      const socket = connect({ host: server, port })
      socket.pause()
      socket.on('error', () => {})
      socket.on('close', () => open--)
      for (const word of words) socket.write(word)
    }
    await sleep(10)
  }
}

import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Aim, flood, type Heard, paced, strangerAddress } from './aim.ts'
import { getter } from './floods-http.ts'

const endless =
  'POST /phone-home/AAAAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\na'
const download = 'GET /assets/images/initrd HTTP/1.1\r\nHost: x\r\n\r\n'
const stream = [
  'GET /api/v1/events?after=0&live=true HTTP/1.1',
  'Host: 10.99.0.1:8080',
  'Authorization: Bearer a-token-that-only-reads',
  'Accept: text/event-stream\r\n\r\n',
].join('\r\n')

/** Connections that stay. */
export const tcpFloods = {
  'B10 8,192 connections with a body that never ends': flood((aim, heard) =>
    crowd({ count: 8192, words: endless }, aim, heard),
  ),

  'B10 the same from 4,096 addresses': flood((aim, heard) =>
    crowd({ count: 8192, words: endless, addresses: 4096 }, aim, heard),
  ),

  'B10 2,060 downloads that stall': flood((aim, heard) =>
    crowd({ count: 2060, words: download }, aim, heard),
  ),

  'B10 the same from 1,030 addresses': flood((aim, heard) =>
    crowd({ count: 2060, words: download, addresses: 1030 }, aim, heard),
  ),

  'B13 300 event streams that nobody reads': flood((aim, heard) =>
    Promise.all([talk(aim), crowd({ count: 300, words: stream }, aim, heard)]),
  ),

  'B13 the same from 300 addresses': flood((aim, heard) =>
    Promise.all([talk(aim), crowd({ count: 300, words: stream, addresses: 300 }, aim, heard)]),
  ),

  'B14 syslog over TCP, 16 connections as fast as they go': flood(async (aim, heard) => {
    const lines = '<14>flood: a line of an installer that has much to say\n'.repeat(1000)
    const crowded = { count: 16, words: '', port: 514, addresses: 4 }
    await crowd(crowded, aim, heard, socket => {
      const go = () => {
        while (socket.write(lines)) heard('MB sent', lines.length / 1e6)
      }
      socket.on('drain', go).on('connect', go)
    })
  }),
}

/** There must be something to tell: who asks for another's script stands in its timeline. */
async function talk({ server, mac, seconds }: Aim): Promise<void> {
  const get = getter(server, () => {})
  await paced(100, seconds, () => get(`/boot/${mac.replaceAll(':', '-')}/boot.ipxe`))
}

interface Crowd {
  readonly count: number
  readonly words: string
  /** From so many addresses in turn; else all from the machine's own. */
  readonly addresses?: number
  readonly port?: number
}

/** So many connections that say this and then read nothing; what is closed comes again. */
async function crowd(
  { count, words, addresses, port = 8080 }: Crowd,
  { server, seconds }: Aim,
  heard: Heard,
  more: (socket: ReturnType<typeof connect>) => void = () => {},
): Promise<void> {
  const end = performance.now() + seconds * 1000
  let open = 0
  let made = 0
  while (performance.now() < end) {
    for (let n = 0; n < 100 && open < count; n++) {
      open++
      const from = addresses !== undefined && { localAddress: strangerAddress(made % addresses) }
      made++
      const socket = connect({ host: server, port, ...from })
      socket.pause()
      socket.on('error', () => {})
      socket.on('close', () => open--)
      socket.write(words)
      more(socket)
    }
    await sleep(10)
  }
  heard('made', made)
  heard('open at the end', open)
}

import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** The ports of one daemon and of those who talk to it. */
export interface Ports {
  readonly http: number
  readonly https: number
  readonly tftp: number
  /** DHCP clients listen on the port above. */
  readonly dhcp: number
  readonly proxy: number
  readonly syslog: number
  /** For a receiver of webhooks. */
  readonly hook: number
}

// Below the range that the system gives to clients, and a piece of it for each test process.
let next = 10_000 + (process.pid % 440) * 50

/** Ports that nobody holds now, and that no other test process will choose. */
export async function freePorts(): Promise<Ports> {
  const dhcp = await freeRun(2)
  return {
    dhcp,
    http: await freeRun(1),
    https: await freeRun(1),
    tftp: await freeRun(1),
    proxy: await freeRun(1),
    syslog: await freeRun(1),
    hook: await freeRun(1),
  }
}

/** The first of some free ports in a row. */
async function freeRun(length: number): Promise<number> {
  for (;;) {
    const first = next
    next += length
    const wanted = Array.from({ length }, (_, n) => first + n)
    const free = await Promise.all(wanted.flatMap(port => [isFreeUdp(port), isFreeTcp(port)]))
    if (free.every(Boolean)) return first
  }
}

function isFreeUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  return new Promise(resolve => {
    socket.once('error', () => resolve(false))
    socket.bind({ port, exclusive: true }, () => socket.close(() => resolve(true)))
  })
}

function isFreeTcp(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen({ port, host: '0.0.0.0' }, () => server.close(() => resolve(true)))
  })
}

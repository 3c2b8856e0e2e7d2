import { createServer, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import * as https from 'node:https'
import type { ListenOptions, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { movedBytes } from './moved-bytes.ts'
import { createPlaces, type Places } from './places.ts'
import { TitleCaseResponse } from './title-case.ts'

/** A certificate with its chain, and its key. */
export interface Pem {
  readonly cert: string
  readonly key: string
}

/** The sockets of the HTTP door: one listener for each address, all with the same routes. */
export interface HttpServer {
  /** Opens listeners for new addresses and closes those of addresses that are gone. */
  listen(addresses: readonly string[]): Promise<void>
  /** Serves by another certificate from now on; connections that are open go on. Only for HTTPS. */
  setCertificate(certificate: Pem): void
  /** Lets running answers end for at most the grace (milliseconds), then cuts them. */
  close(graceMs: number): Promise<void>
}

/** What clients may use up; times in seconds. */
export interface ConnectionLimits {
  readonly connections: number
  readonly perAddress: number
  readonly headers: number
  readonly body: number
  readonly idle: number
}

/** A rack that connects at once; the kernel takes less where net.core.somaxconn says so. */
const backlog = 4096
/** libuv accepts one connection of a socket in each turn of the event loop: a rack would stand in line. */
const sockets = process.platform === 'linux' ? 16 : 1

interface Listeners {
  readonly app: FastifyInstance
  readonly port: number
  readonly limits: ConnectionLimits
  readonly places: Places
  /** Those of each address. */
  readonly servers: Map<string, readonly (Server | https.Server)[]>
  /** Undefined where it is not HTTPS. */
  pem: Pem | undefined
}

/**
 * Plain, or HTTPS where there is a certificate. Rejects with the error of `listen` as Node made it (`code`,
 * `address`, `port`).
 */
export function createHttpServer(
  app: FastifyInstance,
  port: number,
  limits: ConnectionLimits,
  certificate?: Pem,
): HttpServer {
  const { connections: most, perAddress } = limits
  const places = createPlaces({ most, perAddress }, performance.now.bind(performance))
  const clock = setInterval(places.look, 1000).unref()
  const listeners: Listeners = {
    ...{ app, port, limits, places },
    servers: new Map(),
    pem: certificate,
  }
  return {
    listen: addresses => listen(listeners, addresses),
    setCertificate: pem => setCertificate(listeners, pem),
    async close(graceMs) {
      clearInterval(clock)
      await close([...listeners.servers.values()].flat(), graceMs)
    },
  }
}

async function listen(listeners: Listeners, addresses: readonly string[]): Promise<void> {
  const { servers } = listeners
  for (const [address, ofAddress] of servers) {
    if (addresses.includes(address)) continue
    for (const server of ofAddress) server.close()
    servers.delete(address)
  }
  for (const address of addresses) {
    if (!servers.has(address)) servers.set(address, await open(listeners, address))
  }
}

/** All sockets of an address, so that a turn of the event loop accepts as many connections. */
async function open(
  listeners: Listeners,
  host: string,
): Promise<readonly (Server | https.Server)[]> {
  const { port } = listeners
  await refuseTaken({ host, port })
  const servers = Array.from({ length: sockets }, () => serverOf(listeners))
  const reusePort = sockets > 1
  for (const server of servers) await listenAt(server, { host, port, backlog, reusePort })
  return servers
}

/** Sockets that share a port are not refused one that others share: asked for alone it is. */
async function refuseTaken(place: ListenOptions): Promise<void> {
  const server = createServer()
  await listenAt(server, place)
  await new Promise(resolve => server.close(resolve))
}

async function listenAt(server: Server | https.Server, place: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(place, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function serverOf({ app, limits, places, pem }: Listeners): Server | https.Server {
  const options = optionsOf(limits)
  const handle: Parameters<typeof createServer>[1] = (request, response) =>
    app.routing(request, response)
  const server = pem
    ? https.createServer({ ...options, ...pem }, handle)
    : createServer(options, handle)
  server.on('connection', socket => admit(socket, places))
  server.timeout = limits.idle * 1000
  return server
}

function optionsOf({ headers, body }: ConnectionLimits): ServerOptions {
  return {
    ServerResponse: TitleCaseResponse as typeof ServerResponse,
    headersTimeout: headers * 1000,
    // For what is posted alone; a 20 GB image over a slow link takes as long as it takes.
    requestTimeout: Math.max(headers, body) * 1000,
    connectionsCheckingInterval: 2000,
    keepAliveTimeout: 10_000,
  }
}

function setCertificate(listeners: Listeners, { cert, key }: Pem): void {
  listeners.pem = { cert, key }
  for (const server of [...listeners.servers.values()].flat()) {
    if (server instanceof https.Server) server.setSecureContext(listeners.pem)
  }
}

async function close(servers: readonly (Server | https.Server)[], graceMs: number): Promise<void> {
  const closed = servers.map(server => new Promise(resolve => server.close(resolve)))
  for (const server of servers) server.closeIdleConnections()
  const cut = setTimeout(() => {
    for (const server of servers) server.closeAllConnections()
  }, graceMs)
  await Promise.all(closed)
  clearTimeout(cut)
}

/** Gives a connection its place, or ends it where there is none. */
function admit(socket: Socket, places: Places): void {
  const leave = places.take({
    address: socket.remoteAddress ?? '',
    moved: () => movedBytes(socket),
    cut: () => socket.destroy(),
  })
  if (leave) socket.once('close', leave)
  else socket.destroy()
}

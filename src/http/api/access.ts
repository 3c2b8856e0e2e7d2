import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from '../problem.ts'
import { htmlHeaders } from './html.ts'
import { otherNamePage, outsiderPage } from './refused-page.ts'
import type { Token } from './tokens.ts'

/** Who may use the admin API: these addresses, with one of these tokens. */
export interface Access {
  /** CIDR blocks or single addresses, IPv4 and IPv6. */
  readonly allow: readonly string[]
  readonly tokens: readonly Token[]
  /** Names by which browsers may call us, besides addresses, `localhost` and the machine's own name. */
  readonly hosts: readonly string[]
  /** Whether HTTP listens on 127.0.0.1 too. */
  readonly loopback: boolean
}

/** A check that lets a request of an allowed address pass, or answers it. It follows a reload. */
export function allowedOnly(access: () => Access) {
  let list: BlockList | undefined
  let made: readonly string[] | undefined
  const allowed = (address: string): boolean => {
    const { allow } = access()
    if (list === undefined || made !== allow) {
      list = blockListOf(allow)
      made = allow
    }
    return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }

  return async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> => {
    const address = plainAddress(request.socket.remoteAddress ?? '')
    const { host, accept } = request.headers
    const isPerson = accept?.includes('text/html') ?? false
    const page = (status: number, html: string) =>
      reply.code(status).headers(htmlHeaders).header('Cache-Control', 'no-store').send(html)

    if (!allowed(address)) {
      if (!isPerson)
        return sendProblem(reply, 403, `${address} is not in admin.allow of the config`)
      const server = serverOf(request)
      const local = access().loopback ? ['127.0.0.1'] : []
      const tunnel = [...local, server.address].find(allowed)
      return page(403, outsiderPage({ address, server, scheme: request.protocol, tunnel }))
    }
    if (host === undefined || isOurs(host, access().hosts)) return undefined
    if (isPerson) return page(421, otherNamePage(nameOf(host)))
    const detail = `this is not ${host}: call it by an address, or write the name into admin.hosts`
    return sendProblem(reply, 421, detail)
  }
}

/** This machine as the client reached it; nobody's where the connection is gone already. */
function serverOf({ socket }: FastifyRequest): { address: string; port: number } {
  return { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 }
}

/**
 * Whether a Host header is one of ours. A page of somebody else whose name suddenly leads to our address (DNS
 * rebinding) would pass as our own; a name can be made to do that, an address cannot.
 */
function isOurs(header: string | undefined, hosts: readonly string[]): boolean {
  if (header === undefined) return true
  const name = nameOf(header)
  if (isIPv4(name) || isIPv6(name.replace(/^\[(.*)\]$/, '$1'))) return true
  const own = hostname().toLowerCase()
  return ['localhost', own, ...hosts.map(host => host.toLowerCase())].includes(name)
}

/** The name of a Host header, without its port. */
function nameOf(header: string): string {
  return header.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
}

/** An IPv4 address that arrived on an IPv6 socket, as itself. */
export function plainAddress(address: string): string {
  const mapped = address.replace(/^::ffff:/i, '')
  return isIPv4(mapped) ? mapped : address
}

function blockListOf(allow: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of allow) {
    const [address = '', prefix] = entry.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return list
}

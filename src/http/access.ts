import { timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problem } from './problem.ts'

/** Who may use the admin API: these addresses, with this token. */
export interface Access {
  /** CIDR blocks or single addresses, IPv4 and IPv6. */
  readonly allow: readonly string[]
  readonly token: string
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
    if (allowed(address)) return undefined
    return problem(reply, 403, `${address} is not in admin.allow of the config`)
  }
}

/** The same for a request that must carry the admin token. */
export function tokenOnly(access: () => Access) {
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> => {
    if (isToken(request.headers.authorization, access().token)) return undefined
    const detail = 'this needs the header "Authorization: Bearer TOKEN" with the admin token'
    return problem(reply.header('WWW-Authenticate', 'Bearer'), 401, detail)
  }
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

function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(/^Bearer (.+)$/i.exec(header ?? '')?.[1]?.trim() ?? '')
  const wanted = Buffer.from(token)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

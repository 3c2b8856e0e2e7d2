import type { FastifyInstance, FastifyReply } from 'fastify'
import {
  type BootDesk,
  type BootRequest,
  type Caller,
  type Delivered,
  deliver,
  shownOf,
} from '../../boot/deliver.ts'
import { grub } from '../../boot/loaders/grub.ts'
import { ipxe, renderScript } from '../../boot/loaders/ipxe.ts'
import type { LoaderKind, Transport } from '../../boot/loaders/kind.ts'
import { pxelinux } from '../../boot/loaders/pxelinux.ts'
import type { Others } from '../../boot/script.ts'
import { type Mac, parseMac, unspecified } from '../../wire/address.ts'
import { parseIpAddress } from '../../wire/ip-address.ts'
import { readUrlPath } from '../files/asset-path.ts'

/** Somebody's loader asks for its config, and how that is written. */
export interface ConfigRequest {
  readonly request: BootRequest
  readonly kind: LoaderKind
  readonly transport: Transport
}

export interface BootDeps extends BootDesk {
  /** Where it reaches us, and others on our database. */
  place(caller: Caller): { readonly serverUrl: string; readonly others?: Others }
  /** Whether a host has to say its UUID there. */
  asksUuid(caller: Caller, mac: Mac): boolean
  committed(): Promise<void>
  /** Whether nothing can be kept for now, though it will be. */
  isAway(): boolean
  /** Whose config a name is, and how its loader goes on where that is known; undefined where it is nobody's. */
  config(name: string, caller: Caller, goesOnBy?: Transport): ConfigRequest | undefined
  /** What was chosen in a menu, by its name; undefined where it is none. */
  chosen(
    name: string,
    caller: Caller,
  ): Promise<{ kind: LoaderKind; delivered: Delivered } | undefined>
}

interface ScriptRequest {
  Params: { mac: string }
  Querystring: { uuid?: string; serial?: string }
}

const scriptType = 'text/plain; charset=utf-8'

/** Loaders that came by HTTP look for their config beside themselves or at the top. */
const configUrls = ['', '/loaders'].flatMap(folder => [
  [`${folder}/autoexec.ipxe`, ipxe] as const,
  [`${folder}/grub/*`, grub] as const,
  [`${folder}/pxelinux.cfg/*`, pxelinux] as const,
])

/** The GRUB of our media asks here, by what it goes on with. */
const mediaUrl = '/media/*'

/** Machines that ask what to do next: iPXE for its script, other loaders for their config. */
export function bootRoutes(app: FastifyInstance, deps: BootDeps): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/boot.ipxe',
    handler: async (request, reply) => {
      return reply.type(scriptType).send(findScript(callerOf(request.socket), deps))
    },
  })

  app.route<ScriptRequest>({
    method: ['GET', 'HEAD'],
    url: '/boot/:mac/boot.ipxe',
    handler: async ({ method, params, query, socket }, reply) => {
      const mac = parseMac(params.mac)
      if (!mac) return refuse(reply, 400, `${params.mac} is not a MAC address`)
      const uuid = uuidOf(query.uuid)
      const caller = callerOf(socket)
      const serial = serialOf(query.serial)
      const said = { ...(uuid !== undefined && { uuid }), ...(serial !== undefined && { serial }) }
      // iPXE knows its UUID, and this asks for it.
      if (query.uuid === undefined && deps.asksUuid(caller, mac)) {
        return reply.type(scriptType).send(findScript(caller, deps))
      }
      const request = { mac, caller, what: 'script', loader: ipxe, ...said }
      return answer(method, reply, { request, kind: ipxe, transport: 'http' }, deps)
    },
  })

  // Not for HEAD, which would choose.
  app.get('/menu/:token/:name', async ({ url, socket }, reply) => {
    const chosen = await deps.chosen(url.replace(/^\/|[?#].*$/gs, ''), callerOf(socket))
    await deps.committed()
    if (!chosen) return refuse(reply, 404, 'no such choice, or not any more')
    return send(reply, chosen.delivered, chosen.kind, 'http')
  })

  for (const [url, kind] of configUrls) configRoute(app, url, kind, deps)
  configRoute(app, mediaUrl, grub, {
    ...deps,
    config: (name, caller) => deps.config(name.replace(/^media\//, 'grub/'), caller, 'http'),
  })
}

function findScript(caller: Caller, { place }: Pick<BootDeps, 'place'>): string {
  const { serverUrl: url, others = [] } = place(caller)
  return renderScript({ kind: 'find', url, others })
}

function configRoute(app: FastifyInstance, url: string, kind: LoaderKind, deps: BootDeps): void {
  app.route({
    method: ['GET', 'HEAD'],
    url,
    handler: async ({ method, url: asked, socket }, reply) => {
      const name = readUrlPath(asked.replace(/^\/|[?#].*$/gs, ''))
      const found = 'refused' in name ? undefined : deps.config(name.path, callerOf(socket))
      if (!found) return refuse(reply, 404, 'no config of a host', kind)
      return answer(method, reply, found, deps)
    },
  })
}

async function answer(
  method: string,
  reply: FastifyReply,
  { request, kind, transport }: ConfigRequest,
  deps: BootDeps,
): Promise<FastifyReply> {
  // A HEAD delivers nothing and so counts nothing.
  if (method === 'HEAD') return send(reply, deps.look(request), kind, transport)
  const delivered = await deliver(request, deps)
  await deps.committed().catch(error => {
    // A machine that is not due boots its disk all the same.
    if (delivered.kind !== 'local' || !deps.isAway()) throw error
  })
  return send(reply, delivered, kind, transport)
}

function send(
  reply: FastifyReply,
  delivered: Delivered,
  kind: LoaderKind,
  transport: Transport,
): FastifyReply {
  if (delivered.kind === 'none') return refuse(reply, 404, delivered.reason, kind)
  if (delivered.kind === 'forbidden') return refuse(reply, 403, shownOf(delivered), kind)
  return reply.type(scriptType).send(kind.render(delivered.content, transport))
}

function refuse(
  reply: FastifyReply,
  status: number,
  reason: string,
  kind?: Pick<LoaderKind, 'refusal'>,
): FastifyReply {
  const text = kind?.refusal?.(reason) ?? `${reason}\n`
  return reply.code(status).type(scriptType).send(text)
}

/** Both ends of the connection; an address that is none becomes 0.0.0.0, which owns nothing. */
export function callerOf(socket: {
  remoteAddress?: string | undefined
  localAddress?: string | undefined
}): Caller {
  const read = (text: string | undefined) => parseIpAddress(text ?? '') ?? unspecified
  return { address: read(socket.remoteAddress), localAddress: read(socket.localAddress) }
}

/** The UUID of a request, where it is one. */
export function uuidOf(text: string | undefined): string | undefined {
  return text && /^[0-9a-f-]{36}$/i.test(text) ? text.toLowerCase() : undefined
}

/** A serial number as it may be shown: one printable line. Some boards say nothing but spaces. */
function serialOf(text: string | undefined): string | undefined {
  if (typeof text !== 'string') return undefined
  const line = text.replace(/[^\x20-\x7e]+/g, ' ').trim()
  return line === '' ? undefined : line.slice(0, 64)
}

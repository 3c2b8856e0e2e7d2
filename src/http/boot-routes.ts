import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Client } from '../boot/client.ts'
import { type Answer, decide, type KnownHost, type Site } from '../boot/decide.ts'
import type { Host } from '../boot/host.ts'
import { type BootImage, renderScript, type ScriptContent, toDisk } from '../boot/script.ts'
import { type Ipv4, type Mac, parseIpv4, parseMac } from '../wire/address.ts'
import { plainAddress } from './access.ts'

/** Where a request came from and which of our addresses it reached. */
export interface Caller {
  readonly address: Ipv4
  readonly localAddress: Ipv4
}

/** What a request for a script leads to, once the decision says "boot". */
export type Booted =
  | { readonly kind: 'boot'; readonly title: string; readonly image: BootImage }
  | { readonly kind: 'local' | 'forbidden'; readonly reason: string }

export interface BootDeps {
  /** `netboots`: this is the machine's own boot, not somebody looking at it. */
  host(
    mac: Mac,
    uuid: string | undefined,
    caller: Caller,
    netboots: boolean,
  ): { host: Host; known: KnownHost } | undefined
  site(caller: Caller): Site
  serverUrl(caller: Caller): string
  /** Opens or repeats the attempt; everything it leads to is written, not yet committed. */
  boot(host: Host | undefined, mac: Mac, caller: Caller): Booted
  /** A host that is sent to its disk asked for its script. */
  sentToDisk(host: Host, caller: Caller): void
  committed(): Promise<void>
  /** Tells the timeline what a script request was answered. */
  seen(event: {
    mac: Mac
    host: Host | undefined
    caller: Caller
    answer: string
    reason: string
    /** What iPXE read from the machine. */
    uuid: string | undefined
    serial: string | undefined
  }): void
}

interface ScriptRequest {
  Params: { mac: string }
  Querystring: { uuid?: string; serial?: string }
}

const scriptType = 'text/plain; charset=utf-8'

/** `GET /boot.ipxe` and `GET /boot/:mac/boot.ipxe`: iPXE asks what to do next. */
export function bootRoutes(app: FastifyInstance, deps: BootDeps): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/boot.ipxe',
    handler: async (request, reply) => {
      const url = deps.serverUrl(callerOf(request.socket))
      return reply.type(scriptType).send(renderScript({ kind: 'find', url }))
    },
  })

  app.route<ScriptRequest>({
    method: ['GET', 'HEAD'],
    url: '/boot/:mac/boot.ipxe',
    handler: async (request, reply) => {
      const mac = parseMac(request.params.mac)
      if (!mac) return refuse(reply, 400, `${request.params.mac} is not a MAC address`)
      const caller = callerOf(request.socket)
      const uuid = uuidOf(request.query.uuid)
      const found = deps.host(mac, uuid, caller, request.method === 'GET')
      const client: Client = { mac, stage: 'script', arch: 'unknown', capable: true }
      const answer = decide(client, found?.known, deps.site(caller))
      // A HEAD delivers nothing and so counts nothing.
      if (request.method === 'HEAD') return head(reply, answer)

      const outcome = outcomeOf(answer, found?.host, mac, caller, deps)
      const { kind, reason } = outcome
      const serial = serialOf(request.query.serial)
      deps.seen({ mac, host: found?.host, caller, answer: kind, reason, uuid, serial })
      await deps.committed()
      if (outcome.kind === 'none') return refuse(reply, 404, outcome.reason)
      if (outcome.kind === 'forbidden') return refuse(reply, 403, outcome.reason)
      return reply.type(scriptType).send(renderScript(outcome.content))
    },
  })
}

type Outcome =
  | { kind: 'none'; reason: string }
  | { kind: 'forbidden'; reason: string }
  | { kind: 'boot' | 'local'; reason: string; content: ScriptContent }

function outcomeOf(
  answer: Answer,
  host: Host | undefined,
  mac: Mac,
  caller: Caller,
  deps: BootDeps,
): Outcome {
  const { kind, reason } = answer
  if (kind === 'local' && host) deps.sentToDisk(host, caller)
  if (kind === 'local') return { kind, reason, content: toDisk(reason) }
  if (kind !== 'boot') return { kind: 'none', reason }
  const booted = deps.boot(host, mac, caller)
  switch (booted.kind) {
    case 'boot':
      return { kind: 'boot', reason: booted.title, content: booted }
    case 'local':
      return { kind: 'local', reason: booted.reason, content: toDisk(booted.reason) }
    case 'forbidden':
      return { kind: 'forbidden', reason: booted.reason }
  }
}

function head(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply
    .code(answer.kind === 'none' ? 404 : 200)
    .type(scriptType)
    .send()
}

function refuse(reply: FastifyReply, status: number, reason: string): FastifyReply {
  return reply.code(status).type(scriptType).send(`${reason}\n`)
}

/** Both ends of the connection; an address that is not IPv4 becomes 0.0.0.0, which owns nothing. */
export function callerOf(socket: {
  remoteAddress?: string | undefined
  localAddress?: string | undefined
}): Caller {
  const read = (text: string | undefined) => parseIpv4(plainAddress(text ?? '')) ?? (0 as Ipv4)
  return { address: read(socket.remoteAddress), localAddress: read(socket.localAddress) }
}

function uuidOf(text: string | undefined): string | undefined {
  return text && /^[0-9a-f-]{36}$/i.test(text) ? text.toLowerCase() : undefined
}

/** A serial number as it may be shown: one printable line. Some boards say nothing but spaces. */
function serialOf(text: string | undefined): string | undefined {
  if (typeof text !== 'string') return undefined
  const line = text.replace(/[^\x20-\x7e]+/g, ' ').trim()
  return line === '' ? undefined : line.slice(0, 64)
}

import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Forwarded } from '../../base/forwarded.ts'

/** Who asks, where he was checked by another daemon. */
type ForwardedActor = Forwarded['actor']

/** Nobody outside this process knows it. */
const secret = randomBytes(32).toString('base64url')
const header = 'x-bootwright-forwarded'

/** By these a request of this process says who has asked another daemon. */
export function forwardedHeaders(actor: ForwardedActor): Readonly<Record<string, string>> {
  return { [header]: `${secret} ${JSON.stringify(actor)}` }
}

/** Who has asked another daemon; undefined for every request that came by a socket. */
export function forwardedActor({ headers }: FastifyRequest): ForwardedActor | undefined {
  const given = headers[header]
  if (typeof given !== 'string') return undefined
  const known = Buffer.from(given.slice(0, secret.length))
  if (known.length !== secret.length || !timingSafeEqual(known, Buffer.from(secret))) {
    return undefined
  }
  return JSON.parse(given.slice(secret.length)) as ForwardedActor
}

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ErasureList, ErasureRow, ErasuresQuery } from '../../api/erasures.ts'
import { routes } from '../../api/routes.ts'
import { printable } from '../../base/printable.ts'
import { type Erasure, erasureText, shownErasure } from '../../boot/erase.ts'
import { Refusal } from '../problem.ts'

export interface ErasureDeps {
  newest(limit: number, host?: string): readonly Erasure[]
  get(install: string): Erasure | undefined
  /** Throw an Error with a sentence where there is no key. */
  sign(bytes: Uint8Array): Uint8Array
  publicKey(): string
}

interface OfInstall {
  Params: { install: string }
}

/** The records of what was erased, their signatures, and the key of those. */
export function erasureRoutes(app: FastifyInstance, deps: ErasureDeps): void {
  app.get<{ Querystring: ErasuresQuery }>(
    '/erasures',
    { schema: routes.erasures },
    async ({ query }): Promise<ErasureList> => {
      const { host, limit = '200' } = query
      return { erasures: deps.newest(Number(limit), host).map(rowOf) }
    },
  )
  app.get<OfInstall>(
    '/erasures/:install/record',
    { schema: routes.erasureRecord },
    async ({ params }, reply) => {
      const record = recordOf(params.install, deps)
      return sendFile(reply, `${nameOf(record)}.json`, textOf(record))
    },
  )
  app.get<OfInstall>(
    '/erasures/:install/signature',
    { schema: routes.erasureSignature },
    async ({ params }, reply) => {
      const record = recordOf(params.install, deps)
      const signature = signed(() => deps.sign(textOf(record)))
      return sendFile(reply, `${nameOf(record)}.sig`, signature)
    },
  )
  app.get('/erasures/key', { schema: routes.erasureKey }, async (_request, reply) =>
    reply.type('application/x-pem-file').send(signed(() => deps.publicKey())),
  )
}

const textOf = (record: Erasure): Uint8Array => Buffer.from(erasureText(record))

const nameOf = ({ host, install }: Erasure): string => `${host}-${install}`

function recordOf(install: string, deps: ErasureDeps): Erasure {
  const found = deps.get(install)
  if (found) return found
  throw new Refusal(404, `nothing was erased by an install ${printable(install)}`)
}

function signed<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Refusal(409, error instanceof Error ? error.message : String(error))
  }
}

function sendFile(reply: FastifyReply, name: string, bytes: Uint8Array): FastifyReply {
  return reply
    .type('application/octet-stream')
    .header('Content-Disposition', `attachment; filename="${name}"`)
    .send(bytes)
}

function rowOf(erasure: Erasure): ErasureRow {
  const disks = erasure.disks.map(disk => ({ ...disk, methods: [...disk.methods] }))
  return { ...shownErasure(erasure), disks }
}

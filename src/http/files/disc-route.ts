import type { FastifyInstance } from 'fastify'
import { type Delivered, deliver, shownOf } from '../../boot/deliver.ts'
import type { Asset } from '../../boot/install.ts'
import type { Abilities } from '../../boot/loaders/kind.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { parseMac } from '../../wire/address.ts'
import { type BootDeps, callerOf } from '../machine/boot-routes.ts'
import { type AssetDeps, answerFile, askedFor } from './asset-routes.ts'

export interface DiscDeps {
  readonly boot: BootDeps
  readonly assets: AssetDeps
}

/** UEFI HTTP Boot itself takes a disc, into its memory. */
const httpBoot: Abilities = { name: 'HTTP Boot', boots: ['iso'], menus: false }

/** `GET /boot/:mac/image.iso`: the disc of a host that is due, for firmware. Never a redirect. */
export function discRoute(app: FastifyInstance, { boot, assets }: DiscDeps): void {
  app.route<{ Params: { mac: string } }>({
    method: ['GET', 'HEAD'],
    url: '/boot/:mac/image.iso',
    handler: async (request, reply) => {
      const refuse = (status: number, reason: string) =>
        reply.code(status).type('text/plain; charset=utf-8').send(`${reason}\n`)
      const mac = parseMac(request.params.mac)
      if (!mac) return refuse(400, `${request.params.mac} is not a MAC address`)
      const caller = callerOf(request.socket)
      const asked = { mac, caller, what: 'disc', loader: httpBoot }
      // A HEAD delivers nothing and so counts nothing.
      const isHead = request.method === 'HEAD'
      const found = given(isHead ? boot.look(asked) : await deliver(asked, boot))
      await boot.committed()
      if ('status' in found) return refuse(found.status, found.reason)
      const { address } = askedFor(request)
      const { url, path, version } = found
      const disc = { wanted: { file: path }, version }
      const refused = await answerFile(request, reply, { address, url }, disc, assets)
      return refused ? refuse(404, sentenceOf(refused.refused)) : reply
    },
  })
}

type DiscAnswer = Asset | { readonly status: number; readonly reason: string }

function given(delivered: Delivered): DiscAnswer {
  const { kind } = delivered
  const [disc] = kind === 'boot' ? (delivered.with.parts ?? []) : []
  return disc ?? { status: kind === 'forbidden' ? 403 : 404, reason: shownOf(delivered) }
}

import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Host } from '../boot/host.ts'
import type { Verdict } from '../boot/verdict.ts'
import { type Mac, parseMac } from '../wire/address.ts'
import { problem } from './problem.ts'

export interface DoctorDeps {
  hosts(): ReadonlyMap<string, Host>
  doctor(host: Host): readonly Verdict[]
  /** The last packets of the machine with these cards, as a capture file. */
  packets(macs: readonly Mac[]): Uint8Array
}

const Answer = Type.Object({
  host: Type.String(),
  verdicts: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Name of the rule.' }),
      title: Type.String({ description: 'What is wrong, in a sentence.' }),
      evidence: Type.Array(Type.String()),
      advice: Type.String({ description: 'What to do.' }),
    }),
    { description: 'The surest first; empty where nothing seems wrong.' },
  ),
})

/** Why a machine does not boot, and its last packets; those of strangers go by their MAC. */
export function doctorRoutes(app: FastifyInstance, deps: DoctorDeps): void {
  app.get<{ Params: { name: string } }>(
    '/hosts/:name/doctor',
    { schema: { response: { 200: Answer } } },
    async (request, reply) => {
      const host = deps.hosts().get(request.params.name)
      if (!host) return problem(reply, 404, `the config has no host ${request.params.name}`)
      return { host: host.name, verdicts: deps.doctor(host) }
    },
  )

  app.get<{ Params: { name: string } }>('/hosts/:name/packets.pcap', async (request, reply) => {
    const host = deps.hosts().get(request.params.name)
    if (!host) return problem(reply, 404, `the config has no host ${request.params.name}`)
    return sendPcap(reply, deps.packets(host.nics.map(({ mac }) => mac)))
  })

  app.get<{ Params: { mac: string } }>('/strangers/:mac/packets.pcap', async (request, reply) => {
    const mac = parseMac(request.params.mac)
    if (!mac) return problem(reply, 400, `${request.params.mac} is not a MAC address`)
    return sendPcap(reply, deps.packets([mac]))
  })
}

function sendPcap(reply: FastifyReply, file: Uint8Array): FastifyReply {
  return reply
    .type('application/vnd.tcpdump.pcap')
    .header('Content-Disposition', 'attachment; filename="packets.pcap"')
    .send(Buffer.from(file))
}

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { DoctorAnswer } from '../../api/doctor.ts'
import { routes } from '../../api/routes.ts'
import type { Host } from '../../boot/host.ts'
import type { Verdict } from '../../boot/verdict.ts'
import { type Mac, parseMac } from '../../wire/address.ts'
import { Refusal } from '../problem.ts'

export interface DoctorDeps {
  hosts(): ReadonlyMap<string, Host>
  doctor(host: Host): readonly Verdict[]
  /** The last packets of the machine with these cards, as a capture file. */
  packets(macs: readonly Mac[]): Uint8Array
}

/** Why a machine does not boot, and its last packets; those of strangers go by their MAC. */
export function doctorRoutes(app: FastifyInstance, deps: DoctorDeps): void {
  app.get<{ Params: { name: string } }>(
    '/hosts/:name/doctor',
    { schema: routes.doctor },
    async ({ params }): Promise<DoctorAnswer> => {
      const host = hostNamed(params.name, deps)
      const verdicts = deps.doctor(host)
      return {
        host: host.name,
        verdicts: verdicts.map(({ evidence, ...verdict }) => ({
          ...verdict,
          evidence: [...evidence],
        })),
      }
    },
  )

  app.get<{ Params: { name: string } }>(
    '/hosts/:name/packets.pcap',
    { schema: routes.hostPackets },
    async ({ params }, reply) => {
      const { nics } = hostNamed(params.name, deps)
      return sendPcap(reply, deps.packets(nics.map(({ mac }) => mac)))
    },
  )

  app.get<{ Params: { mac: string } }>(
    '/strangers/:mac/packets.pcap',
    { schema: routes.strangerPackets },
    async ({ params }, reply) => {
      const mac = parseMac(params.mac)
      if (!mac) throw new Refusal(400, `${params.mac} is not a MAC address`)
      return sendPcap(reply, deps.packets([mac]))
    },
  )
}

function hostNamed(name: string, deps: DoctorDeps): Host {
  const host = deps.hosts().get(name)
  if (!host) throw new Refusal(404, `the config has no host ${name}`)
  return host
}

function sendPcap(reply: FastifyReply, file: Uint8Array): FastifyReply {
  return reply
    .type('application/vnd.tcpdump.pcap')
    .header('Content-Disposition', 'attachment; filename="packets.pcap"')
    .send(Buffer.from(file))
}

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { DoctorAnswer } from '../../api/doctor.ts'
import { routes } from '../../api/routes.ts'
import type { Host } from '../../boot/host.ts'
import type { Verdict } from '../../boot/verdict.ts'
import { type Mac, parseMac } from '../../wire/address.ts'
import { Refusal } from '../problem.ts'
import { findHost } from './find-host.ts'

export interface DoctorDeps {
  hosts(): ReadonlyMap<string, Host>
  doctor(host: Host): Promise<readonly Verdict[]>
  /** What there is to say of a machine that asked and is not in the config. */
  stranger(mac: Mac): Verdict | undefined
  /** The last packets of the machine with these cards, as a capture file. */
  packets(macs: readonly Mac[]): Uint8Array
}

/** Why a machine does not boot, and its last packets; those of strangers go by their MAC. */
export function doctorRoutes(app: FastifyInstance, deps: DoctorDeps): void {
  app.get<{ Params: { name: string } }>(
    '/hosts/:name/doctor',
    { schema: routes.doctor },
    async ({ params }): Promise<DoctorAnswer> => {
      const { name } = params
      const mac = parseMac(name)
      const verdict = mac && deps.stranger(mac)
      if (verdict) return { host: name, verdicts: [viewOf(verdict)] }
      const host = findHost(name, deps.hosts())
      return { host: host.name, verdicts: (await deps.doctor(host)).map(viewOf) }
    },
  )

  app.get<{ Params: { name: string } }>(
    '/hosts/:name/packets.pcap',
    { schema: routes.hostPackets },
    async ({ params }, reply) => {
      const { nics } = findHost(params.name, deps.hosts())
      return sendPcap(reply, deps.packets(nics.map(({ mac }) => mac)))
    },
  )

  app.get<{ Params: { mac: string } }>(
    '/strangers/:mac/packets.pcap',
    { schema: routes.strangerPackets },
    async ({ params }, reply) => {
      const mac = parseMac(params.mac)
      if (!mac) throw new Refusal(400, `${params.mac} is not a MAC address`, 'path.mac')
      return sendPcap(reply, deps.packets([mac]))
    },
  )
}

function viewOf({ evidence, ...verdict }: Verdict): DoctorAnswer['verdicts'][number] {
  return { ...verdict, evidence: [...evidence] }
}

function sendPcap(reply: FastifyReply, file: Uint8Array): FastifyReply {
  return reply
    .type('application/vnd.tcpdump.pcap')
    .header('Content-Disposition', 'attachment; filename="packets.pcap"')
    .send(Buffer.from(file))
}

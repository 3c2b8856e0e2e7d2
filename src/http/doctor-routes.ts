import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Host } from '../boot/host.ts'
import type { Verdict } from '../boot/verdict.ts'
import { problem } from './problem.ts'

export interface DoctorDeps {
  hosts(): ReadonlyMap<string, Host>
  doctor(host: Host): readonly Verdict[]
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

/** `GET /hosts/:name/doctor`: why a machine does not boot. */
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
}

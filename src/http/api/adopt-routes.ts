import type { FastifyInstance } from 'fastify'
import type { AdoptAnswer, AdoptBody, AdoptedHost } from '../../api/adopt.ts'
import type { ReloadAnswer } from '../../api/daemon.ts'
import { routes } from '../../api/routes.ts'
import { Refusal } from '../problem.ts'
import { type Actor, actorOf } from './guard.ts'

/** Why something is not done: HTTP status, a sentence, and what of the request is meant. */
export interface NotAdopted {
  readonly status: 400 | 404 | 409
  readonly refused: string
  readonly property?: string
}

export interface AdoptDeps {
  /** Makes machines hosts, all or none, and reloads. */
  adopt(hosts: readonly AdoptedHost[]): Promise<ReloadAnswer | NotAdopted>
  /** Takes back what `adopt` wrote, and reloads. */
  forget(name: string): Promise<ReloadAnswer | NotAdopted>
  did(actor: Actor, act: { action: string; text: string; hosts: readonly string[] }): void
  committed(): Promise<void>
}

/** Machines become hosts, and are no hosts any more, without an editor. */
export function adoptRoutes(app: FastifyInstance, deps: AdoptDeps): void {
  app.post<{ Body: AdoptBody }>(
    '/hosts',
    { schema: routes.adopt },
    async (request): Promise<AdoptAnswer> => {
      const { hosts } = request.body
      const names = hosts.map(({ name }) => name)
      const { warnings } = doneOr(await deps.adopt(hosts))
      const text = `adopted ${names.length > 5 ? `${names.length} machines` : names.join(', ')}`
      deps.did(actorOf(request), { action: 'adopt', text, hosts: names })
      await deps.committed()
      return { hosts: names, warnings }
    },
  )

  app.delete<{ Params: { name: string } }>(
    '/hosts/:name',
    { schema: routes.forget },
    async (request): Promise<AdoptAnswer> => {
      const { name } = request.params
      const { warnings } = doneOr(await deps.forget(name))
      const act = { action: 'forget', text: `had ${name} forgotten`, hosts: [name] }
      deps.did(actorOf(request), act)
      await deps.committed()
      return { hosts: [], warnings }
    },
  )
}

function doneOr(answer: ReloadAnswer | NotAdopted): ReloadAnswer {
  if (!('refused' in answer)) return answer
  throw new Refusal(answer.status, answer.refused, answer.property)
}

import type { FastifyInstance } from 'fastify'
import type { CallbackList, CallbackRow, CallbacksQuery } from '../../api/callbacks.ts'
import { routes } from '../../api/routes.ts'
import type { Delivery } from '../../boot/install.ts'
import { Refusal } from '../problem.ts'
import { isOneOf, listOf, pageOf } from './filters.ts'
import { type Actor, actorOf } from './guard.ts'
import { callbackView, callbackViews, type DeployQueue, isRetryable } from './views.ts'

export interface CallbackDeps {
  /** Those in one of these states, newest first. */
  ofStates(states: readonly string[]): readonly Delivery[]
  get(id: number): Delivery | undefined
  /** Deploys that wait for a free place, in their order. */
  line(): DeployQueue
  /** Makes it due now. */
  retry(delivery: Delivery, actor: Actor): void
  committed(): Promise<void>
}

const usual = ['due', 'running', 'undelivered']

/** `GET /callbacks` and `POST /callbacks/:id/retry`. */
export function callbackRoutes(app: FastifyInstance, deps: CallbackDeps): void {
  app.get<{ Querystring: CallbacksQuery }>(
    '/callbacks',
    { schema: routes.callbacks },
    async ({ query }): Promise<CallbackList> => {
      const wanted = listOf(query.state)
      const all = deps
        .ofStates(wanted.length === 0 ? usual : wanted)
        .filter(({ host }) => isOneOf(listOf(query.host), host))
      return { callbacks: callbackViews(pageOf(all, query), deps.line()), total: all.length }
    },
  )

  app.post<{ Params: { id: string } }>(
    '/callbacks/:id/retry',
    { schema: routes.retry },
    async (request): Promise<{ callback: CallbackRow }> => {
      const id = Number(request.params.id)
      const delivery = deps.get(id)
      if (!delivery) throw new Refusal(404, `there is no callback ${id}`)
      if (!isRetryable(delivery)) throw new Refusal(409, whyNot(delivery))
      deps.retry(delivery, actorOf(request))
      await deps.committed()
      return { callback: callbackView(deps.get(id) ?? delivery) }
    },
  )
}

function whyNot({ callback, role, state }: Delivery): string {
  if (role === 'deploy') return `${callback} installs: ask for the install again instead`
  return `${callback} is ${state}: there is nothing to repeat`
}

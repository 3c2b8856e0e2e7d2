import type { FastifyInstance } from 'fastify'
import type { DaemonList, DrainAnswer, DrainBody, ReloadAnswer } from '../../api/daemon.ts'
import { routes } from '../../api/routes.ts'
import { Refusal } from '../problem.ts'
import { type Actor, actorOf } from './guard.ts'

export interface DaemonDeps {
  /** Reads the config again; `wrong` is a line for each mistake of one that cannot be taken. */
  reload(): Promise<ReloadAnswer | { readonly wrong: readonly string[] }>
  /** Those that share what is remembered. */
  daemons(): Promise<DaemonList>
  draining(): DrainAnswer
  /** No deploy is started from now on, or they are again. */
  drain(on: boolean): void
  did(actor: Actor, act: { action: string; text: string; hosts: readonly string[] }): void
  committed(): Promise<void>
}

/** What is asked of the daemon itself. */
export function daemonRoutes(app: FastifyInstance, deps: DaemonDeps): void {
  app.post('/reload', { schema: routes.reload }, async (request): Promise<ReloadAnswer> => {
    const answer = await deps.reload()
    const refused = 'wrong' in answer
    const text = refused
      ? 'had the config read again, which was refused'
      : 'had the config reloaded'
    deps.did(actorOf(request), { action: 'reload', text, hosts: [] })
    await deps.committed()
    if (!refused) return answer
    const lines = answer.wrong.map(line => `\n  ${line}`).join('')
    throw new Refusal(409, `refused, and the config that runs stays:${lines}`)
  })

  app.get('/daemons', { schema: routes.daemons }, async (): Promise<DaemonList> => deps.daemons())
  app.get('/drain', { schema: routes.draining }, async (): Promise<DrainAnswer> => deps.draining())
  app.post<{ Body: DrainBody }>(
    '/drain',
    { schema: routes.drain },
    async (request): Promise<DrainAnswer> => {
      const on = request.body.end !== true
      deps.drain(on)
      const text = on ? 'stopped the start of deploys' : 'let deploys start again'
      deps.did(actorOf(request), { action: 'drain', text, hosts: [] })
      await deps.committed()
      return deps.draining()
    },
  )
}

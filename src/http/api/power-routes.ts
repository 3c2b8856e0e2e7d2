import type { FastifyInstance } from 'fastify'
import type { ChoiceQuery } from '../../api/installs.ts'
import type { PowerAnswer, PowerBody, PowerResult } from '../../api/power.ts'
import { routes } from '../../api/routes.ts'
import { countOf } from '../../base/amount.ts'
import type { Host } from '../../boot/host.ts'
import { isBegun } from '../../boot/host-state.ts'
import type { PowerState, PowerVerb } from '../../boot/power.ts'
import type { Reason } from '../../boot/reason.ts'
import { type ChoiceDeps, chosenHosts } from './choose.ts'
import { listOf } from './filters.ts'
import { type Actor, actorOf } from './guard.ts'
import { reasonFields, warningFields } from './reason-fields.ts'

export interface PowerRouteDeps extends ChoiceDeps {
  /** Why nothing can be done to this host's power. */
  whyNot(host: Host): Reason | undefined
  /** Does it and waits until the machine is so. */
  run(
    host: Host,
    verb: PowerVerb,
  ): Promise<
    | {
        readonly ok: true
        readonly state: PowerState
        /** Another way than the first did it. */
        readonly instead?: { readonly by: string }
      }
    | { readonly ok: false; readonly why: Reason }
  >
  did(
    actor: Actor,
    act: {
      readonly action: 'power'
      readonly verb: PowerVerb
      readonly text: string
      readonly hosts: readonly string[]
    },
  ): void
  committed(): Promise<void>
}

/** `GET /power` asks, `POST /power` does. */
export function powerRoutes(app: FastifyInstance, deps: PowerRouteDeps): void {
  app.get<{ Querystring: ChoiceQuery }>(
    '/power',
    { schema: routes.powerStatus },
    async ({ query }): Promise<PowerAnswer> => {
      const choice = { hosts: listOf(query.host), where: listOf(query.where) }
      const hosts = chosenHosts(choice, deps, 'query')
      return { results: await Promise.all(hosts.map(host => doTo(host, 'status', deps))) }
    },
  )

  app.post<{ Body: PowerBody }>(
    '/power',
    { schema: routes.power },
    async (request): Promise<PowerAnswer> => {
      const { verb, dryRun = false, ...choice } = request.body
      const hosts = chosenHosts(choice, deps, 'body')
      if (dryRun) return { results: hosts.map(host => trialOf(host, deps)) }
      const names = hosts.filter(host => !deps.whyNot(host)).map(({ name }) => name)
      const whom = names.length === 1 ? names.join() : countOf(names.length, 'host')
      const text = `asked for power ${verb} of ${whom}`
      deps.did(actorOf(request), { action: 'power', verb, text, hosts: names })
      // Who asked is on disk before anything happens to a machine.
      await deps.committed()
      const results = await Promise.all(hosts.map(host => doTo(host, verb, deps)))
      await deps.committed()
      return { results }
    },
  )
}

async function doTo(host: Host, verb: PowerVerb, deps: PowerRouteDeps): Promise<PowerResult> {
  const trial = trialOf(host, deps)
  if (!trial.ok) return trial
  const done = await deps.run(host, verb)
  return done.ok
    ? { ...trial, by: done.instead?.by ?? trial.by, state: done.state }
    : { ...trial, ok: false, ...reasonFields(done.why) }
}

function trialOf(host: Host, { whyNot, stateOf }: PowerRouteDeps): PowerResult {
  const why = whyNot(host)
  const state = stateOf(host.name)
  return {
    host: host.name,
    ok: why === undefined,
    by: host.power?.by ?? null,
    state: null,
    ...warningFields(isBegun(state) ? { code: 'install-under-way', state } : undefined),
    ...reasonFields(why),
  }
}

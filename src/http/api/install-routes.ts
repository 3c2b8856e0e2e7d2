import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AskBody, AskResult, CancelBody, CancelResult } from '../../api/installs.ts'
import { routes } from '../../api/routes.ts'
import { given } from '../../base/given.ts'
import { didYouMean } from '../../base/nearest.ts'
import { fieldsOf, objectsOf } from '../../base/untrusted.ts'
import { diskWords } from '../../boot/expect.ts'
import type { Host, Profile, Vars } from '../../boot/host.ts'
import type { HostState } from '../../boot/host-state.ts'
import type { Reason } from '../../boot/reason.ts'
import { Refusal } from '../problem.ts'
import { type AgentWishDeps, agentWishOf, refuseMixed } from './agent-wishes.ts'
import { type ChoiceDeps, chosenHosts } from './choose.ts'
import { type Actor, actorOf } from './guard.ts'
import { reasonFields, warningFields } from './reason-fields.ts'

/** What somebody did, for the log of the admin actions. */
export interface Act {
  readonly action: 'install' | 'cancel'
  readonly text: string
  readonly hosts: readonly string[]
  readonly once?: { readonly key: string; readonly request: string; readonly answer: unknown }
}

export interface InstallRouteDeps extends ChoiceDeps, AgentWishDeps {
  profile(name: string): Profile | undefined
  ask(
    host: Host,
    overrides: { profile?: Profile; vars?: Vars; power?: boolean; by?: NonNullable<AskBody['by']> },
    replace: boolean,
    dryRun: boolean,
  ): { ok: true; install: string } | { ok: false; why: Reason }
  cancel(
    name: string,
    dryRun: boolean,
  ): { ok: true; was: HostState; warning?: Reason } | { ok: false; was: HostState; why: Reason }
  /** Everything `work` writes is kept together or not at all. */
  write<T>(work: () => T): T
  did(actor: Actor, act: Act): void
  /** What this token's request with this key was, and was answered. */
  answered(who: string, key: string): { request: string; answer: unknown } | undefined
  committed(): Promise<void>
}

/** `POST /installs` and `POST /cancels`. */
export function installRoutes(app: FastifyInstance, deps: InstallRouteDeps): void {
  app.post<{ Body: AskBody }>(
    '/installs',
    { schema: routes.install },
    async (request): Promise<{ results: AskResult[] }> =>
      once(request, verbOf(request.body), deps, () => askAll(request.body, deps)),
  )
  app.post<{ Body: CancelBody }>(
    '/cancels',
    { schema: routes.cancel },
    async (request): Promise<{ results: CancelResult[] }> =>
      once(request, 'cancel', deps, () => cancelAll(request.body, deps)),
  )
}

interface Result {
  readonly host: string
  readonly ok: boolean
}

/**
 * Does what was asked and keeps it in the admin log, together. A request that carries the key of an
 * earlier one gets the answer of that one, and nothing is done again.
 */
async function once<T extends { results: readonly Result[]; dryRun?: boolean }>(
  request: FastifyRequest,
  verb: keyof typeof verbs,
  deps: InstallRouteDeps,
  work: () => T,
): Promise<{ results: T['results'] }> {
  const actor = actorOf(request)
  const key = request.headers['idempotency-key']
  const digest = createHash('sha256')
    .update(`${request.url}\n${JSON.stringify(request.body)}`)
    .digest('hex')
  const earlier = typeof key === 'string' ? deps.answered(actor.name, key) : undefined
  if (earlier) {
    if (earlier.request !== digest) {
      throw new Refusal(422, `the Idempotency-Key ${key} was used for another request`)
    }
    // The earlier one may have been told that it could not be kept.
    await deps.committed()
    return earlier.answer as { results: T['results'] }
  }
  const answer = deps.write(() => {
    const { results, dryRun } = work()
    const done = results.filter(({ ok }) => ok).map(({ host }) => host)
    const given = typeof key === 'string' && { once: { key, request: digest, answer: { results } } }
    const action = verb === 'cancel' ? 'cancel' : 'install'
    if (!dryRun) deps.did(actor, { action, text: textOf(verb, results), hosts: done, ...given })
    return { results }
  })
  await deps.committed()
  return answer
}

/** Who tries and is refused stands in the log too. */
const verbs = {
  install: { done: 'asked for an install of', refused: 'asked in vain for an install of' },
  erase: { done: 'asked to erase the disks of', refused: 'asked in vain to erase the disks of' },
  capture: {
    done: 'asked to capture the disk of',
    refused: 'asked in vain to capture the disk of',
  },
  cancel: {
    done: 'took back the install of',
    refused: 'tried in vain to take back the install of',
  },
} as const

function verbOf({ erase, capture }: AskBody): keyof typeof verbs {
  if (erase) return 'erase'
  return capture ? 'capture' : 'install'
}

function textOf(verb: keyof typeof verbs, results: readonly Result[]): string {
  const done = results.filter(({ ok }) => ok)
  const of = done.length > 0 ? done : results
  const did = verbs[verb][done.length > 0 ? 'done' : 'refused']
  return `${did} ${of.length === 1 ? of[0]?.host : `${of.length} hosts`}`
}

function askAll(body: AskBody, deps: InstallRouteDeps) {
  const { vars, by, power = true, replace = false, dryRun = false } = body
  if (by !== undefined && body.power === false) {
    throw new Refusal(
      400,
      'body.by says who starts the machines, `power: false` that nobody does',
      'body.by',
    )
  }
  refuseMixed(body)
  const profile = body.profile === undefined ? undefined : deps.profile(body.profile)
  if (body.profile !== undefined && !profile) {
    const meant = didYouMean(body.profile, deps.profiles())
    throw new Refusal(400, `the config has no profile ${body.profile}${meant}`, 'body.profile')
  }
  const hosts = chosenHosts(body, deps, 'body')
  if (body.capture && hosts.length > 1) {
    throw new Refusal(400, 'one host is captured at a time: the image has one name', 'body.capture')
  }
  const results = hosts.map((host): AskResult => {
    const own = agentWishOf(host, body, deps) ?? profile
    const boots = own ?? host.profile
    const overrides = { ...given('profile', own), ...(vars && { vars }), ...(by && { by }), power }
    const erases = boots?.boot === 'install' && !boots.capture
    const asked = deps.ask(host, overrides, replace, dryRun)
    return {
      host: host.name,
      ok: asked.ok,
      install: asked.ok && !dryRun ? asked.install : null,
      ...reasonFields(asked.ok ? undefined : asked.why),
      profile: boots?.name ?? null,
      erases,
      starts: by !== undefined || (power && host.power !== undefined),
      wipes: erases ? wipedBy(boots, { ...boots.vars, ...host.vars, ...vars }, host, deps) : null,
    }
  })
  return { results, dryRun }
}

/** The disk that is written to: as the vars call it, as our own templates do; of an erase those that it told of. */
function wipedBy(
  { erase }: Profile,
  { disk }: Vars,
  { name }: Host,
  deps: InstallRouteDeps,
): string | null {
  if (!erase) return typeof disk === 'string' && disk !== 'required' ? disk : null
  const told = objectsOf(fieldsOf(deps.factsOf(name)).disks).map(diskWords)
  return ['every disk that it has', told.join('; ')].filter(Boolean).join(': ')
}

function cancelAll(body: CancelBody, deps: InstallRouteDeps) {
  const { dryRun = false } = body
  const results = chosenHosts(body, deps, 'body').map((host): CancelResult => {
    const taken = deps.cancel(host.name, dryRun)
    const { ok, was } = taken
    return {
      host: host.name,
      ok,
      was,
      ...warningFields(ok ? taken.warning : undefined),
      ...reasonFields(ok ? undefined : taken.why),
    }
  })
  return { results, dryRun }
}

import type { Host, Profile } from '../boot/host.ts'
import { type AttemptContent, type Install, rulesOf } from '../boot/install.ts'
import { isDue, isRunning } from '../boot/life.ts'
import { masked } from '../boot/mask.ts'
import { nextState } from '../boot/next-state.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import { unspecified } from '../wire/address.ts'
import type { InstallDeps } from './deps.ts'
import { doubtOf } from './integrity.ts'
import type { Lives } from './life.ts'
import { prepareAttempt } from './prepare.ts'
import { changedAsset, takeSpec } from './spec.ts'
import type { LoginExtras } from './ssh/logins.ts'

/** What a request for a host's script would get. */
export type Preview =
  | { readonly kind: 'boot'; readonly content: AttemptContent }
  | { readonly kind: 'local'; readonly reason: string }

/** Looks at what hosts would be given. Nothing is opened, counted or written. */
export function createPreview(deps: InstallDeps, lives: Lives) {
  const { memory } = deps

  const next = (host: Host, spec: Install['spec'], number: number, install?: string): Preview => {
    const [nic] = host.nics
    if (!nic) return { kind: 'local', reason: `${host.name} has no network card` }
    const known = memory.installs.currentAttempt(host.name, install)
    const boot = { token: masked, number, mac: known?.mac ?? nic.mac }
    const address = known?.address ?? nic.address ?? unspecified
    const id = install !== undefined && { install }
    try {
      const place = deps.place(nic.network)
      const extras = install === undefined ? undefined : loginOf(spec.profile)
      const content = prepareAttempt(spec, { ...boot, ...id, address }, place, deps.render, extras)
      return { kind: 'boot', content }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { kind: 'local', reason: `no script for ${host.name}: ${why}` }
    }
  }

  const netboot = (host: Host): Preview => {
    const spec = takeSpec(host, {}, deps)
    if ('refused' in spec) return { kind: 'local', reason: spec.refused }
    const doubt = doubtOf(spec, deps)
    if (doubt) return { kind: 'local', reason: sentenceOf(doubt.why) }
    const running = memory.installs.currentAttempt(host.name)
    return running ? { kind: 'boot', content: running.content } : next(host, spec, 1)
  }

  const installing = (host: Host, install: Install): Preview => {
    const life = lives.lifeOf(host.name)
    const local = {
      kind: 'local',
      reason: `${host.name} is ${life.state}: ${sentenceOf(life.why)}`,
    } as const
    const changed = isDue(life) && changedAsset(install.spec, deps)
    if (changed) return { kind: 'local', reason: `${changed.path} has changed; ask again` }
    const doubt = isDue(life) ? doubtOf(install.spec, deps) : undefined
    if (doubt) return { kind: 'local', reason: sentenceOf(doubt.why) }
    const rules = rulesOf(install.spec.profile)
    const step = nextState(life, { kind: 'script', newBoot: false }, rules, deps.now())
    if (step?.opens) return next(install.spec.host, install.spec, step.life.attempt, install.id)
    if (step && step.life !== life)
      return { ...local, reason: `${host.name}: ${sentenceOf(step.life.why)}` }
    const running = memory.installs.currentAttempt(host.name, install.id)
    return isDue(life) && running ? { kind: 'boot', content: running.content } : local
  }

  return {
    /** What the host would get now. */
    now(host: Host): Preview {
      const known = lives.known(host)
      const id = memory.hosts.get(host.name)?.install
      const install = id === undefined ? undefined : memory.installs.get(id)
      if (isRunning(lives.lifeOf(host.name)) && install) return installing(host, install)
      if (known.due) return netboot(host)
      return { kind: 'local', reason: `${host.name} ${known.why}` }
    },

    /** What it would get if an install was asked for now; undefined while one is under way. */
    ifInstalled(host: Host): Preview | undefined {
      if (isRunning(lives.lifeOf(host.name)) || host.profile?.boot === 'always') return undefined
      const spec = takeSpec(host, {}, deps)
      if ('refused' in spec) return { kind: 'local', reason: spec.refused }
      const doubt = doubtOf(spec, deps)
      return doubt
        ? { kind: 'local', reason: sentenceOf(doubt.why) }
        : next(host, spec, 1, 'INSTALL')
    },
  }
}

/** What lets us in is made with an attempt: only its place is shown. */
function loginOf({ login }: Profile): LoginExtras | undefined {
  if (!login) return undefined
  const args = login.way === 'password' ? [`live.nixos.passwordHash=${masked}`] : []
  return { args, initrd: login.way === 'key' }
}

export type Previews = ReturnType<typeof createPreview>

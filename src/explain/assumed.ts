import type { Host } from '../boot/host.ts'
import type { HostState } from '../boot/host-state.ts'
import { type Attempt, type Install, rulesOf } from '../boot/install.ts'
import { idle, type Life, type LifeEvent, type Rules } from '../boot/life.ts'
import { lifeIn } from '../boot/life-in.ts'
import { nextState } from '../boot/next-state.ts'
import { readMedia } from '../config/media.ts'
import { renderText } from '../config/template/template.ts'
import { usedVars } from '../config/template/vars.ts'
import { answer } from '../install/answer.ts'
import type { BootFacts, Question } from '../install/boot-facts.ts'
import { doubtOf, verified } from '../install/integrity.ts'
import { newInstall } from '../install/new-install.ts'
import { menuProfiles, overriding } from '../install/offer-menu.ts'
import { changedAsset, takeSpec } from '../install/spec.ts'
import { maskedLogin } from '../install/ssh/logins.ts'
import { createDigests } from '../system/digests.ts'
import { createPublished } from '../system/published.ts'
import type { World } from '../world/world.ts'

/** What is taken for true where no daemon runs: every host is in one state, and asks for itself. */
export interface Assumed {
  life(host: Host): Life
  /** The install under way in that state; undefined where none could have been asked for. */
  install(host: Host): Install | undefined
  /** What an answer is made of, with stand-ins for what only a real one has. */
  facts(question: Question): BootFacts
  /** Resolves when what a host boots was compared with its checksums. */
  verified(host: Host | undefined): Promise<void>
}

interface Assumption {
  readonly world: World
  readonly state: HostState
  readonly specDeps: AssumedSpecDeps
  readonly making: Pick<BootFacts, 'now' | 'newId' | 'takeSpec' | 'profile'>
}

type AssumedSpecDeps = ReturnType<typeof specDepsOf>

/** Every host in this state. */
export function assume(world: World, state: HostState): Assumed {
  const specDeps = specDepsOf(world)
  const assumption: Assumption = { world, state, specDeps, making: makingOf(world, specDeps) }
  return {
    life: host => lifeOf(assumption, host),
    install: host => installOf(assumption, host),
    facts: question => factsOf(assumption, question),
    verified: host => verifiedFor(assumption, host),
  }
}

function specDepsOf(world: World) {
  return {
    ...createPublished(world.config().assets),
    readMedia,
    usedVars,
    digests: createDigests(),
    // The machine that explains need not have the programs of the one that installs.
    lackOf: () => undefined,
    mediumOf: () => ({ url: '' }),
  }
}

function makingOf(world: World, specDeps: AssumedSpecDeps): Assumption['making'] {
  return {
    now: () => 0,
    newId: () => 'INSTALL',
    takeSpec: (host, overrides) => takeSpec(host, overrides, specDeps),
    profile: name => world.config().profiles.get(name),
  }
}

/** Of the host's own profile, or of the first in its menu that can be asked for. */
function installOf({ making }: Assumption, host: Host): Install | undefined {
  for (const profile of host.menu ? menuProfiles(host, making) : [host.profile]) {
    const made = newInstall(host, profile ? overriding(host, profile) : {}, making)
    if (!('refused' in made)) return made
  }
  return undefined
}

function lifeOf(assumption: Assumption, host: Host): Life {
  const made = installOf(assumption, host)
  // What netboots always is never asked for.
  if (!made && host.profile?.boot === 'always') return idle
  return lifeUntil(assumption.state, made && rulesOf(made.spec))
}

/** Nobody has booted or said anything before. */
const firstBoot: Pick<
  BootFacts,
  | 'hosts'
  | 'preparedAttempt'
  | 'loginExtras'
  | 'strangeness'
  | 'wasSilent'
  | 'isFresh'
  | 'shownMenu'
  | 'stranger'
> = {
  hosts: { has: () => true, knowsMac: () => true },
  preparedAttempt: () => undefined,
  loginExtras: () => undefined,
  strangeness: () => undefined,
  wasSilent: () => false,
  isFresh: () => false,
  shownMenu: () => undefined,
  stranger: () => undefined,
}

function factsOf(assumption: Assumption, question: Question): BootFacts {
  const { world, state, specDeps, making } = assumption
  const hostNamed = (name: string) => world.config().hosts.get(name)
  return {
    ...making,
    ...firstBoot,
    newToken: () => 'TOKEN',
    newLogin: maskedLogin,
    hostOf: world.hostOf,
    record(name) {
      const host = hostNamed(name)
      const life = host ? lifeOf(assumption, host) : idle
      return { name, life, ...(host && installOf(assumption, host) && { install: name }) }
    },
    install(name) {
      const host = hostNamed(name)
      return host && installOf(assumption, host)
    },
    currentAttempt: () => (state === 'booting' ? attemptOf(assumption, question) : undefined),
    doubtOf: spec => doubtOf(spec, specDeps),
    changedAsset: spec => changedAsset(spec, specDeps),
    render: renderText,
  }
}

/** The attempt that the script of a pending host opens. */
function attemptOf(assumption: Assumption, question: Question): Attempt | undefined {
  const facts = factsOf({ ...assumption, state: 'pending' }, question)
  const effect = answer(question, facts).effects.find(({ kind }) => kind === 'opened')
  return effect?.kind === 'opened' ? { ...effect.attempt, void: false, burnt: [] } : undefined
}

async function verifiedFor(assumption: Assumption, host: Host | undefined): Promise<void> {
  const { making, specDeps } = assumption
  const made = host && installOf(assumption, host)
  const spec = made?.spec ?? (host && making.takeSpec(host, {}))
  if (spec && !('refused' in spec)) await verified(spec, specDeps)
}

const done: readonly LifeEvent[] = [{ kind: 'done' }, { kind: 'deployed' }]
const booted: readonly LifeEvent[] = [{ kind: 'asked' }, { kind: 'script', newBoot: false }]

/** What happens to a host until it is in a state, the usual way. */
const ways: Readonly<Record<HostState, readonly LifeEvent[]>> = {
  idle: [],
  pending: [{ kind: 'asked' }],
  booting: booted,
  installing: [...booted, { kind: 'ready' }],
  verifying: [...booted, { kind: 'ready' }, ...done],
  installed: [...booted, { kind: 'ready' }, ...done, { kind: 'up' }, { kind: 'answered' }],
  failed: [...booted, { kind: 'ready' }, { kind: 'failed' }],
}

const assumed = { code: 'assumed' } as const

/** The life of a host that came to a state, also to one that its rules do not lead to. */
function lifeUntil(state: HostState, rules: Rules | undefined): Life {
  if (!rules) return lifeIn(state, { why: assumed })
  const life = ways[state].reduce<Life>(
    (life, event) => nextState(life, event, rules, 0)?.life ?? life,
    idle,
  )
  return life.state === state ? life : lifeIn(state, { ...life, why: assumed })
}

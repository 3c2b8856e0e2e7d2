import type { Host } from '../boot/host.ts'
import { type HostState, isBegun } from '../boot/host-state.ts'
import type { Install } from '../boot/install.ts'
import { gaveSign, isRunning } from '../boot/life.ts'
import type { Reason, Refused } from '../boot/reason.ts'
import { change, lifeOf } from './change.ts'
import type { InstallDeps } from './deps.ts'
import { newInstall } from './new-install.ts'
import type { Outbox } from './outbox.ts'
import { type Overrides, takeSpec } from './spec.ts'

/* Installs are asked for and taken back. */

type Asked =
  | { readonly ok: true; readonly install: string }
  | { readonly ok: false; readonly why: Reason }

type Cancelled =
  | { readonly ok: true; readonly was: HostState; readonly warning?: Reason }
  | { readonly ok: false; readonly was: HostState; readonly why: Reason }

/** What an install of the host that is asked for now is made of, or why it cannot be asked for. */
export function installOf(host: Host, overrides: Overrides, deps: InstallDeps): Install | Refused {
  return newInstall(host, overrides, {
    ...deps,
    takeSpec: (host, overrides) => takeSpec(host, overrides, deps),
  })
}

/** `netboots`: by a machine that netboots already, so nobody has to start it. */
export function begin(install: Install, deps: InstallDeps, outbox: Outbox, netboots = false): void {
  const { memory } = deps
  memory.write(() => {
    memory.installs.add(install)
    const asked = { kind: 'asked', ...(netboots && { netboots }) } as const
    change(install.host, asked, deps, outbox, { install })
  })
}

/** Asks for an install: what it is made of is taken now. With `dryRun` nothing is changed. */
export function ask(
  host: Host,
  overrides: Overrides,
  { replace, dryRun }: { readonly replace: boolean; readonly dryRun: boolean },
  deps: InstallDeps,
  outbox: Outbox,
): Asked {
  const { name } = host
  const { state } = lifeOf(name, deps)
  if (isBegun(state) && !replace) {
    return { ok: false, why: { code: 'already-begun', host: name, state } }
  }
  const install = installOf(host, overrides, deps)
  if ('refused' in install) return { ok: false, why: install.refused }
  if (dryRun) return { ok: true, install: '' }
  begin(install, deps, outbox)
  return { ok: true, install: install.id }
}

/** Takes the wish back in any state that is not an end. With `dryRun` nothing is changed. */
export function cancel(
  name: string,
  dryRun: boolean,
  deps: InstallDeps,
  outbox: Outbox,
): Cancelled {
  const life = lifeOf(name, deps)
  const { state } = life
  const can = dryRun
    ? isRunning(life)
    : change(name, { kind: 'cancelled' }, deps, outbox) !== undefined
  const about = { host: name, state }
  if (!can) return { ok: false, was: state, why: { code: 'nothing-to-cancel', ...about } }
  const erasing = state === 'verifying' || gaveSign(life)
  const warning: Reason = { code: 'may-be-erasing', ...about }
  return { ok: true, was: state, ...(erasing && { warning }) }
}

import { useMemo } from 'preact/hooks'
import type { HostDetail } from '../../api/hosts.ts'
import { useFleet, useNow } from '../daemon/context.ts'
import { Actions } from '../hosts/action-bar.ts'
import { Badge } from '../parts/badge.ts'
import { html, part } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'
import { HostProgress } from '../parts/progress.ts'
import { progressOf } from '../parts/progress-of.ts'
import { stateOf } from '../parts/states.ts'
import { howLong } from '../parts/words.ts'
import { ConsoleView } from './console-view.ts'
import { Doctor } from './doctor.ts'
import { Facts } from './facts.ts'
import { InstallsAndCallbacks } from './installs-and-callbacks.ts'
import { Journey } from './journey-line.ts'
import { PreviewPanel } from './preview.ts'
import { Resolved } from './resolved-config.ts'
import { Story } from './story-view.ts'
import { useHost } from './use-host.ts'

/** One host: where it is and why, what happened to it, and what it would be told now. */
export function HostView({ name }: { name: string }) {
  const { detail, error, events, older, version } = useHost(name)
  if (error) {
    return html`<div class="empty" role="alert"><h1>${name}</h1><p>${error.message}</p><a href="#/hosts">All hosts</a></div>`
  }
  if (!detail) return html`<p class="empty">Reading ${name} …</p>`
  return html`<article class="host">
    ${part(HostHead, { detail })}
    ${part(Doctor, { name, version })}
    ${part(Journey, { events, netboots: detail.host.netboots })}
    <div class="host-columns">
      ${part(Story, { name, events, older })}
      <div class="host-side">
        ${part(Facts, { host: detail.host })}
        ${part(InstallsAndCallbacks, { detail })}
      </div>
    </div>
    ${detail.host.console !== null && part(ConsoleView, { name, by: detail.host.console, version })}
    ${part(PreviewPanel, { name, version })}
    ${part(Resolved, { config: detail.host.config })}
  </article>`
}

function HostHead({ detail }: { detail: HostDetail }) {
  const fleet = useFleet()
  const now = useNow(1000)
  const host = fleet.host(detail.host.name) ?? detail.host
  const state = stateOf(host)
  const asHosts = useMemo(() => [host], [host])
  const since = host.since === null ? '' : howLong(Math.max(0, now - Date.parse(host.since)))
  return html`<header class=${`host-head at-${state}`}>
    <p class="crumb"><a href="#/hosts">Hosts</a></p>
    <div class="host-title">
      <h1>${host.name}</h1>
      ${part(Badge, { state })}
      ${since !== '' && html`<span class="muted">for ${since}</span>`}
      <span class="spring" />
      ${part(Actions, { hosts: asHosts })}
    </div>
    <p class="host-why">${withCode(host.why)}</p>
    ${progressOf(host, now) && part(HostProgress, { host, now })}
  </header>`
}

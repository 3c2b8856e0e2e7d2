/** @import { HostDetail } from '../api/hosts.ts' */
import { useMemo } from 'preact/hooks'
import { Actions } from './action-bar.js'
import { Badge } from './badge.js'
import { useFleet, useNow } from './context.js'
import { Doctor } from './doctor.js'
import { Facts } from './facts.js'
import { html } from './html.js'
import { Journey } from './journey-line.js'
import { Past } from './past.js'
import { Preview } from './preview.js'
import { Progress } from './progress.js'
import { progressOf } from './progress-of.js'
import { Resolved } from './resolved.js'
import { stateOf } from './states.js'
import { Story } from './story-view.js'
import { useHost } from './use-host.js'
import { duration } from './words.js'

/**
 * One host: where it is and why, what happened to it, and what it would be told now.
 * @param {{ name: string }} props
 */
export function HostView({ name }) {
  const { detail, error, events, older, version } = useHost(name)
  if (error) {
    return html`<div class="empty" role="alert"><p>${error.message}</p><a href="#/hosts">All hosts</a></div>`
  }
  if (!detail) return html`<p class="empty">Reading ${name} …</p>`
  return html`<article class="host">
    <${HostHead} detail=${detail} />
    <${Doctor} name=${name} version=${version} />
    <${Journey} events=${events} />
    <div class="host-columns">
      <${Story} name=${name} events=${events} older=${older} />
      <div class="host-side">
        <${Facts} host=${detail.host} />
        <${Past} detail=${detail} />
      </div>
    </div>
    <${Preview} name=${name} version=${version} />
    <${Resolved} config=${detail.host.config} />
  </article>`
}

/** @param {{ detail: HostDetail }} props */
function HostHead({ detail }) {
  const fleet = useFleet()
  const now = useNow(1000)
  const host = fleet.host(detail.host.name) ?? detail.host
  const state = stateOf(host)
  const asHosts = useMemo(() => [host], [host])
  const since = host.since === null ? '' : duration(Math.max(0, now - Date.parse(host.since)))
  return html`<header class=${`host-head at-${state}`}>
    <p class="crumb"><a href="#/hosts">Hosts</a></p>
    <div class="host-title">
      <h1>${host.name}</h1>
      <${Badge} state=${state} />
      ${since !== '' && html`<span class="muted">for ${since}</span>`}
      <span class="spring" />
      <${Actions} hosts=${asHosts} />
    </div>
    <p class="host-why">${host.why}</p>
    ${progressOf(host, now) && html`<${Progress} host=${host} now=${now} />`}
  </header>`
}

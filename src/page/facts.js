/** @import { HostDetail } from '../api/hosts.ts' */
import { useNow } from './context.js'
import { html } from './html.js'
import { plain } from './plain.js'
import { ago } from './words.js'

/**
 * What is known of the machine: from the config, and what it said itself.
 * @param {{ host: HostDetail['host'] }} props
 */
export function Facts({ host }) {
  const now = useNow(5000)
  const vars = Object.entries(host.vars)
  const rows = /** @type {[string, unknown][]} */ ([
    ['Profile', host.profile ?? 'none: it only boots its disk'],
    ['Address', host.address],
    ...host.nics.map(({ mac, address, network }) => [
      'Card',
      [mac, address === host.address ? null : address, network].filter(Boolean).join(' · '),
    ]),
    ['UUID', host.uuid],
    ['Arch', host.arch],
    ['Last stage', host.stage],
    ['Last seen', host.lastSeen && ago(host.lastSeen, now)],
    ['Tags', host.tags.join(', ')],
    ...vars.map(([name, value]) => [name, String(value)]),
  ])
  const known = rows.filter(([, value]) => value !== null && value !== '')
  return html`<section class="panel" aria-label="Facts">
    <h2>Facts</h2>
    <dl class="facts">
      ${known.map(([name, value], n) => html`<div key=${n}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    ${host.facts !== null && html`<h3>What its installer found</h3><pre class="plain" tabindex="0">${plain(host.facts)}</pre>`}
  </section>`
}

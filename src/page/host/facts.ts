import type { HostDetail } from '../../api/hosts.ts'
import { useFleet, useNow } from '../daemon/context.ts'
import { isHardware, MachineParts } from '../parts/hardware.ts'
import { html, part } from '../parts/html.ts'
import { heardPower, timeAgo } from '../parts/words.ts'
import { indentedLines } from './indented-lines.ts'

/** What is known of the machine: from the config, and what it said itself. */
export function Facts({ host }: { host: HostDetail['host'] }) {
  const now = useNow(5000)
  const { power } = useFleet().host(host.name) ?? host
  const vars = Object.entries(host.vars)
  const rows: [string, string | null][] = [
    ['Profile', host.profile ?? 'none: it only boots its disk'],
    ['Address', host.address],
    ...host.nics.map(({ mac, address, network }): [string, string] => [
      'Card',
      [mac, address === host.address ? null : address, network].filter(Boolean).join(' · '),
    ]),
    ['Power', power && `${heardPower(power, now)} · ${power.by}`],
    ['UUID', host.uuid],
    ['Serial number', host.serial],
    ['Port', host.port],
    ['Arch', host.arch],
    ['Last stage', host.stage],
    ['Last seen', host.lastSeen && timeAgo(host.lastSeen, now)],
    ['Tags', host.tags.join(', ')],
    ...vars.map(([name, value]): [string, string] => [name, String(value)]),
  ]
  const known = rows.filter(([, value]) => value !== null && value !== '')
  return html`<section class="panel" aria-label="Facts">
    <h2>Facts</h2>
    <dl class="facts">
      ${known.map(([name, value], n) => html`<div key=${n}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    ${isHardware(host.facts) && html`<h3>Hardware</h3>${part(MachineParts, { facts: host.facts })}`}
    ${host.facts !== null && !isHardware(host.facts) && html`<h3>What its installer found</h3><pre class="plain" tabindex="0">${indentedLines(host.facts)}</pre>`}
  </section>`
}

import { useState } from 'preact/hooks'
import type { LeaseList, LeaseRow, NetworkRow } from '../../api/networks.ts'
import { countOf } from '../../base/amount.ts'
import { useFleet, useNow } from '../daemon/context.ts'
import { useFresh } from '../daemon/use-fresh.ts'
import { Badge } from '../parts/badge.ts'
import { html, part } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'
import { hostLink } from '../parts/page-location.ts'
import { Bar } from '../parts/progress.ts'
import { typed } from '../parts/typed.ts'
import { howLong } from '../parts/words.ts'

/** More are not drawn: whoever looks for one searches. */
const most = 500
const looks = new Map([
  ['active', 'installed'],
  ['declined', 'failed'],
])

/** The networks and who has which address there. */
export function LeasesView() {
  const [text, setText] = useState('')
  const query = new URLSearchParams({
    limit: String(most),
    ...(text.trim() !== '' && { q: text.trim() }),
  })
  const { data, error } = useFresh<LeaseList>(`/leases?${query}`, ['dhcp'])
  const networks = useFleet().status()?.networks ?? []
  const none = 'No address is leased. In `mode: proxy` another DHCP server gives them.'
  return html`<section class="list-view">
    <h1>Leases</h1>
    <p class="muted">The networks of this daemon, and the addresses that it gave out.</p>
    <ul class="cards" aria-label="Networks">
      ${networks.map(network => part(NetworkLeases, { key: network.name, network }))}
    </ul>
    <input
      class="search"
      type="search"
      value=${text}
      placeholder="Search address, MAC, host …"
      aria-label="Search the leases"
      onInput=${typed(setText)}
    />
    ${error && html`<p class="error" role="alert">${error.message}</p>`}
    ${data?.leases.length === 0 && html`<p class="empty">${withCode(text === '' ? none : 'No lease fits.')}</p>`}
    ${data && data.leases.length > 0 && part(LeaseTable, { leases: data.leases })}
    ${data && data.total > most && html`<p class="muted">${countOf(data.total - most, 'lease')} more: search to see them.</p>`}
  </section>`
}

function NetworkLeases({ network }: { network: NetworkRow }) {
  const { name, mode, subnet, serverAddress, waits, range, leases, rivals, router6 } = network
  const { mode6, subnet6, range6, serverAddress6 } = network
  const ours = [serverAddress, serverAddress6].filter(Boolean)
  const modes = mode6 === 'none' ? mode : `${mode} · IPv6 ${mode6}`
  return html`<li class="panel">
    <div class="panel-head"><h2>${name}</h2><span class="muted">${modes}</span></div>
    ${subnet !== null && html`<p class="mono">${[subnet, range].filter(Boolean).join(' · ')}</p>`}
    ${subnet6 !== null && html`<p class="mono">${[subnet6, range6].filter(Boolean).join(' · ')}</p>`}
    <p class="muted">its machines reach us at ${ours.join(' and ') || 'no address yet'}</p>
    ${
      leases.size > 0 &&
      html`${part(Bar, { fraction: leases.used / leases.size, label: `leased in ${name}` })}
      <p>${leases.used} of ${leases.size} leased, ${leases.free} free</p>`
    }
    ${waits !== null && html`<p class="error">${withCode(waits)}</p>`}
    ${router6 && html`<p class="error">${withCode(router6)}</p>`}
    ${rivals.map(line => html`<p class=${rivalClass(mode)} key=${line}>${withCode(line)}</p>`)}
  </li>`
}

/** Beside a proxy stands a server that gives the addresses, as it should. */
function rivalClass(mode: NetworkRow['mode']) {
  return mode === 'server' ? 'error' : 'muted'
}

function LeaseTable({ leases }: { leases: readonly LeaseRow[] }) {
  const now = useNow(5000)
  return html`<div class="scroller" tabindex="0" role="region" aria-label="Leases"><table class="list">
    <thead><tr><th>Address</th><th>State</th><th>Machine</th><th>MAC</th><th>Network</th><th>Ends</th></tr></thead>
    <tbody>
      ${leases.map(
        ({
          address,
          mac,
          duid,
          host,
          network,
          hostname,
          state,
          end,
        }) => html`<tr key=${`${network} ${address}`}>
          <td class="mono">${address}</td>
          <td>${part(Badge, { state: looks.get(state) ?? 'idle', word: state })}</td>
          <td>${host === null ? html`<span class="muted">${hostname ?? 'not a host'}</span>` : html`<a href=${hostLink(host)}>${host}</a>`}</td>
          <td class="mono">${mac ?? `duid ${duid}`}</td>
          <td>${network}</td>
          <td>${Date.parse(end) > now ? `in ${howLong(Date.parse(end) - now)}` : 'over'}</td>
        </tr>`,
      )}
    </tbody>
  </table></div>`
}

import type { HostDetail } from '../../api/hosts.ts'
import { amount, countOf } from '../../base/amount.ts'
import { Badge } from '../parts/badge.ts'
import { CallbackItem } from '../parts/callback-item.ts'
import { html, part } from '../parts/html.ts'
import { dayAndTime, rate } from '../parts/words.ts'

/** The files of this boot, the installs so far and who was told of them. */
export function InstallsAndCallbacks({
  detail: { host, installs, callbacks },
}: {
  detail: HostDetail
}) {
  return html`
    ${
      host.downloads.length > 0 &&
      html`<section class="panel" aria-label="Downloads">
      <h2>Sent in this boot</h2>
      <ul class="items">
        ${host.downloads.map(
          ({ name, by, bytes, size, rate: speed, complete }, n) => html`<li key=${n}>
            <span class="item-head"><strong>${name}</strong><span class="muted">${by}</span></span>
            <span class="muted">${complete ? amount(size) : `${amount(bytes)} of ${amount(size)}`}${speed > 0 && `, ${rate(speed)}`}</span>
          </li>`,
        )}
      </ul>
    </section>`
    }
    ${
      installs.length > 0 &&
      html`<section class="panel" aria-label="Installs">
      <h2>Installs</h2>
      <ul class="items">
        ${installs.map(
          ({ id, profile, askedAt, outcome, reason, attempts }) => html`<li key=${id}>
            <span class="item-head">
              ${part(Badge, { state: shapeOf(outcome), word: outcome ?? 'under way' })}
              <strong>${profile}</strong>
              <time class="muted" datetime=${askedAt}>${dayAndTime(askedAt)}</time>
            </span>
            <span class="muted">${[attempts > 0 && countOf(attempts, 'attempt'), reason].filter(Boolean).join(': ')}</span>
          </li>`,
        )}
      </ul>
    </section>`
    }
    ${
      callbacks.length > 0 &&
      html`<section class="panel" aria-label="Callbacks">
      <h2>Callbacks</h2>
      <ul class="items">${callbacks.map(callback => part(CallbackItem, { key: callback.id, callback }))}</ul>
    </section>`
    }
  `
}

function shapeOf(outcome: string | null) {
  if (outcome === null) return 'booting'
  return outcome === 'installed' || outcome === 'failed' ? outcome : 'idle'
}

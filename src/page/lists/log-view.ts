import type { AdminLogList } from '../../api/admin.ts'
import { useFresh } from '../daemon/use-fresh.ts'
import { html, part } from '../parts/html.ts'
import { dayAndClock } from '../parts/words.ts'
import { ListView } from './list-view.ts'

/** Logins are no events. */
const everyMs = 10_000

/** Who did what, by the name of the token. */
export function LogView() {
  const { data, error } = useFresh<AdminLogList>(
    '/admin-log?limit=500',
    ['admin', 'state'],
    everyMs,
  )
  return part(
    ListView,
    {
      title: 'Log of the operators',
      count: data?.entries.length,
      error,
      about: 'Every change that was asked for, by the name of the token that asked.',
      none: 'Nobody has changed anything yet.',
    },
    html`
    <div class="scroller" tabindex="0" role="region" aria-label="Log"><table class="list">
      <thead><tr><th>When</th><th>Who</th><th>From</th><th>What</th><th>To whom</th></tr></thead>
      <tbody>
        ${data?.entries.map(
          ({ id, at, who, address, action, text }) => html`<tr key=${id}>
            <td class="mono">${dayAndClock(at)}</td>
            <td>${who}</td>
            <td class="mono">${address}</td>
            <td><span class=${action === 'refused' ? 'tag bad' : 'tag'}>${action}</span></td>
            <td class="wide">${text}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>
  `,
  )
}

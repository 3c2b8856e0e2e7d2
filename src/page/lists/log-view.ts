import type { AdminLogList } from '../../api/admin.ts'
import { useFresh } from '../daemon/use-fresh.ts'
import { html, part } from '../parts/html.ts'
import { hostLink } from '../parts/page-location.ts'
import { dayAndTime } from '../parts/words.ts'
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
    <div class="scroller" tabindex="0" role="region" aria-label="Log"><table class="list log">
      <thead><tr><th>When</th><th>Who</th><th class="less">From</th><th>What</th><th>To whom</th></tr></thead>
      <tbody>
        ${data?.entries.map(
          ({ id, at, who, address, action, text, hosts }) => html`<tr key=${id}>
            <td class="mono">${dayAndTime(at)}</td>
            <td>${who}</td>
            <td class="mono less">${address}</td>
            <td><span class=${action === 'refused' ? 'tag bad' : 'tag'}>${action}</span></td>
            <td class="wide">${text}${hosts.length > 1 && part(MeantHosts, { names: hosts })}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>
  `,
  )
}

/** Names shown at once; a whole rack is a click away. */
const mostNames = 6

/** Which hosts were meant, where the sentence only says how many. */
function MeantHosts({ names }: { names: readonly string[] }) {
  const links = names.map(name => html`<a key=${name} href=${hostLink(name)}>${name}</a>${' '}`)
  if (names.length <= mostNames) return html`<div>${links}</div>`
  const first = names.slice(0, mostNames - 1).join(' ')
  return html`<details><summary>${first} and ${names.length - mostNames + 1} more</summary>${links}</details>`
}

import type { CallbackList } from '../../api/callbacks.ts'
import { useFresh } from '../daemon/use-fresh.ts'
import { CallbackItem } from '../parts/callback-item.ts'
import { html, part } from '../parts/html.ts'
import { hostLink } from '../parts/page-location.ts'
import { ListView } from './list-view.ts'

const everyMs = 3000

/** What waits to be told, is being told, or was given up. */
export function CallbacksView() {
  const { data, error, reload } = useFresh<CallbackList>(
    '/callbacks?limit=500',
    ['callback', 'state'],
    everyMs,
  )
  const byHost = Map.groupBy(data?.callbacks ?? [], ({ host }) => host)
  return part(
    ListView,
    {
      title: 'Callbacks',
      count: data?.callbacks.length,
      error,
      about: 'Webhooks and commands that wait for their next try, run now, or were given up.',
      none: 'Nothing waits: every callback was delivered.',
    },
    html`
    <ul class="cards">
      ${[...byHost].map(
        ([host, callbacks]) => html`<li class="panel" key=${host}>
          <h2><a href=${hostLink(host)}>${host}</a></h2>
          <ul class="items">
            ${callbacks.map(callback => part(CallbackItem, { key: callback.id, callback, changed: reload }))}
          </ul>
        </li>`,
      )}
    </ul>
  `,
  )
}

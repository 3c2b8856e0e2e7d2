/** @import { CallbackRow } from '../api/callbacks.ts' */
import { CallbackItem } from './callback-item.js'
import { html } from './html.js'
import { ListView } from './list-view.js'
import { toHost } from './place.js'
import { useFresh } from './use-fresh.js'

const everyMs = 3000

/** What waits to be told, is being told, or was given up. */
export function CallbacksView() {
  const { data, error, reload } = useFresh('/callbacks?limit=500', ['callback', 'state'], everyMs)
  const byHost = Map.groupBy(data?.callbacks ?? [], (/** @type {CallbackRow} */ { host }) => host)
  return html`<${ListView}
    title="Callbacks" count=${data?.callbacks.length} error=${error}
    about="Webhooks and commands that wait for their next try, run now, or were given up."
    none="Nothing waits: every callback was delivered."
  >
    <ul class="cards">
      ${[...byHost].map(
        ([host, callbacks]) => html`<li class="panel" key=${host}>
          <h2><a href=${toHost(host)}>${host}</a></h2>
          <ul class="items">
            ${callbacks.map(callback => html`<${CallbackItem} key=${callback.id} callback=${callback} changed=${reload} />`)}
          </ul>
        </li>`,
      )}
    </ul>
  <//>`
}

import { useState } from 'preact/hooks'
import type { CatalogueList, CatalogueRow, PullAnswer, PullRow } from '../../api/images.ts'
import { useRead, useTools } from '../daemon/context.ts'
import { CopyButton } from '../parts/copy-button.ts'
import { html, part } from '../parts/html.ts'
import { BytesBar } from '../parts/progress.ts'
import { typed } from '../parts/typed.ts'
import { EndButton } from './end-button.ts'
import { useEverySecond } from './use-every-second.ts'

/** What runs or ran, and the catalogue to fetch from. */
export function PullPanel({ pulls, changed }: { pulls: readonly PullRow[]; changed: () => void }) {
  const { data } = useRead<CatalogueList>('/catalogue')
  const isRunning = pulls.some(({ state }) => state === 'running')
  useEverySecond(isRunning, changed)
  const entries = data?.entries ?? []
  return html`<section class="list-view">
    <h2>Fetch</h2>
    <p class="muted">Boot media from their publishers, verified before anything boots them.</p>
    <ul class="items" aria-label="Fetched since the daemon started">
      ${pulls.map(pull => part(PullItem, { key: pull.name, pull, changed, entry: entries.find(({ name }) => name === pull.name) }))}
    </ul>
    <ul class="cards" aria-label="Catalogue">
      ${entries.map(entry => part(CatalogueItem, { key: entry.name, entry, changed }))}
    </ul>
  </section>`
}

function PullItem({
  pull,
  entry,
  changed,
}: {
  pull: PullRow
  entry: CatalogueRow | undefined
  changed: () => void
}) {
  const { name, version, state, file, done, total, problem } = pull
  const what = `${name} ${version}`
  const end = part(EndButton, {
    path: `/pulls/${name}`,
    what,
    isOver: state !== 'running',
    changed,
  })
  if (state === 'failed')
    return html`<li><p class="error" role="alert">${what}: ${problem}</p>${end}</li>`
  if (state === 'done') {
    return html`<li role="status">${what} is there. To boot it, paste under <code>profiles:</code> of the config:
      <pre>${entry?.profile}</pre>${entry && part(CopyButton, { text: entry.profile, what: `The profile of ${name}` })}${end}</li>`
  }
  return html`<li>${part(BytesBar, { done, total, what: `${what}: ${file}` })}${end}</li>`
}

function CatalogueItem({ entry, changed }: { entry: CatalogueRow; changed: () => void }) {
  const { api, toast, mayChange } = useTools()
  const { name, title, versions, usual, any, archs } = entry
  const [version, setVersion] = useState(usual ?? '')
  const [arch, setArch] = useState(archs[0] ?? '')
  const begin = async (event: Event) => {
    event.preventDefault()
    try {
      await api.post<PullAnswer>('/pulls', { name, version, arch })
      changed()
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), true)
    }
  }
  const list = `versions-${name}`
  return html`<li class="panel">
    <h3>${title}</h3>
    <form class="toolbar" onSubmit=${begin}>
      <input
        type="text" aria-label=${`Version of ${name}`} list=${list} value=${version} required
        placeholder=${any ? 'a version' : ''} size="10" onInput=${typed(setVersion)}
      />
      <datalist id=${list}>${versions.map(each => html`<option key=${each} value=${each} />`)}</datalist>
      <select aria-label=${`Machines for ${name}`} value=${arch} onChange=${typed(setArch)}>
        ${archs.map(each => html`<option key=${each} value=${each}>${each}</option>`)}
      </select>
      <button
        class="button small" disabled=${!mayChange || version === ''}
        title=${mayChange ? '' : 'This token may only look.'}
      >Fetch</button>
    </form>
  </li>`
}

import { useEffect, useRef } from 'preact/hooks'
import { CallbacksView } from './callbacks-view.js'
import { useFleet, useTools } from './context.js'
import { HostView } from './host-view.js'
import { HostsView } from './hosts-view.js'
import { html } from './html.js'
import { ImagesView } from './images-view.js'
import { LeasesView } from './leases-view.js'
import { LogView } from './log-view.js'
import { Mark } from './mark.js'
import { usePlace } from './place.js'
import { UnknownView } from './unknown-view.js'

/** The views of the page by their names in the address. */
const views = /** @type {const} */ ([
  ['hosts', 'Hosts', HostsView],
  ['unknown', 'Unknown', UnknownView],
  ['leases', 'Leases', LeasesView],
  ['images', 'Images', ImagesView],
  ['callbacks', 'Callbacks', CallbacksView],
  ['log', 'Log', LogView],
])

const statusEveryMs = 10_000

/**
 * Head, notices and the view that the address names.
 * @param {{ logout: () => void }} props
 */
export function Frame({ logout }) {
  const place = usePlace()
  const fleet = useFleet()
  const main = useRef(/** @type {HTMLElement | null} */ (null))
  const [, title = 'Hosts', View = HostsView] = views.find(([name]) => name === place.view) ?? []
  useEffect(() => {
    document.title = `${place.name === '' ? title : place.name} · Bootwright`
    scrollTo(0, 0)
  }, [title, place.name])
  useEffect(() => {
    const timer = setInterval(() => void fleet.readStatus().catch(() => {}), statusEveryMs)
    return () => clearInterval(timer)
  }, [fleet])
  const toMain = () => main.current?.focus()
  return html`
    <button class="skip" onClick=${toMain}>Skip to the content</button>
    <header class="head">
      <a class="brand" href="#/hosts"><${Mark} /><span>Bootwright</span></a>
      <${Tabs} view=${place.view} />
      <${Who} logout=${logout} />
    </header>
    <${Notices} />
    <main class="main" ref=${main} tabindex="-1">
      ${
        place.view === 'hosts' && place.name !== ''
          ? html`<${HostView} key=${place.name} name=${place.name} />`
          : html`<${View} key=${place.view} place=${place} />`
      }
    </main>
  `
}

/** @param {{ view: string }} props */
function Tabs({ view }) {
  const status = useFleet().status()
  const waiting = (status?.callbacks.waiting ?? 0) + (status?.callbacks.undelivered ?? 0)
  const counts = new Map([
    ['unknown', status?.strangers ?? 0],
    ['callbacks', waiting],
  ])
  return html`<nav class="tabs" aria-label="Views">
    ${views.map(([name, title]) => {
      const count = counts.get(name) ?? 0
      const current = name === view ? 'page' : undefined
      return html`<a key=${name} href=${`#/${name}`} aria-current=${current}>
        ${title}${count > 0 && html` <span class="count">${count}</span>`}
      </a>`
    })}
  </nav>`
}

const links = new Map([
  ['connecting', 'connecting'],
  ['live', 'live'],
  ['lost', 'not connected'],
])

/** @param {{ logout: () => void }} props */
function Who({ logout }) {
  const { session } = useTools()
  const link = useFleet().link()
  return html`<div class="who">
    <span class=${`link ${link}`} role="status">${links.get(link)}</span>
    <span class="name" title=${`logged in with the token ${session.name}`}>
      ${session.name}${session.scope === 'read' && ' (may look)'}
    </span>
    <button class="button quiet" onClick=${logout}>Log out</button>
  </div>`
}

function Notices() {
  const notices = useFleet().notices()
  if (notices.length === 0) return null
  return html`<div class="notices" role="alert">
    ${notices.map(notice => html`<p key=${notice}>${notice}</p>`)}
  </div>`
}

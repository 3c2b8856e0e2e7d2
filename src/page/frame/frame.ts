import { useEffect, useRef } from 'preact/hooks'
import { useFleet, useTools } from '../daemon/context.ts'
import { HostView } from '../host/host-view.ts'
import { HostsView } from '../hosts/hosts-view.ts'
import { CallbacksView } from '../lists/callbacks-view.ts'
import { EventsView } from '../lists/events-view.ts'
import { ImagesView } from '../lists/images-view.ts'
import { LeasesView } from '../lists/leases-view.ts'
import { LogView } from '../lists/log-view.ts'
import { UnknownView } from '../lists/unknown-view.ts'
import { html, part } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'
import { usePageLocation } from '../parts/page-location.ts'
import { useTooltipsOfCutTexts } from './cut-texts.ts'
import { Logo } from './logo.ts'
import { LostBanner } from './lost-banner.ts'
import { useReturnPoint } from './return-point.ts'

/** The views of the page by their names in the address. */
const views = [
  ['hosts', 'Hosts', HostsView],
  ['events', 'Events', EventsView],
  ['unknown', 'Unknown', UnknownView],
  ['leases', 'Leases', LeasesView],
  ['images', 'Images', ImagesView],
  ['callbacks', 'Callbacks', CallbacksView],
  ['log', 'Log', LogView],
] as const

const statusEveryMs = 10_000

/** Head, notices and the view that the address names. */
export function Frame({ logout }: { logout: () => void }) {
  const location = usePageLocation()
  const fleet = useFleet()
  const main = useRef<HTMLElement | null>(null)
  const [, title = 'Hosts', View = HostsView] = views.find(([name]) => name === location.view) ?? []
  useEffect(() => {
    document.title = `${location.name === '' ? title : location.name} · Bootwright`
  }, [title, location.name])
  useEffect(() => {
    const timer = setInterval(() => void fleet.readStatus().catch(() => {}), statusEveryMs)
    return () => clearInterval(timer)
  }, [fleet])
  useReturnPoint(location.view, location.name)
  useTooltipsOfCutTexts()
  const toMain = () => main.current?.focus()
  return html`
    <button class="skip" onClick=${toMain}>Skip to the content</button>
    <header class="head">
      <a class="brand" href="#/hosts">${part(Logo, {})}<span>Bootwright</span></a>
      ${part(Tabs, { view: location.view })}
      ${part(Who, { logout })}
    </header>
    ${part(LostBanner, {})}
    ${part(Notices, {})}
    <main class="main" ref=${main} tabindex="-1">
      ${
        location.view === 'hosts' && location.name !== ''
          ? part(HostView, { key: location.name, name: location.name })
          : part(View, { key: location.view, query: location.query })
      }
    </main>
  `
}

function Tabs({ view }: { view: string }) {
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

function Who({ logout }: { logout: () => void }) {
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
    ${notices.map(notice => html`<p key=${notice}>${withCode(notice)}</p>`)}
  </div>`
}

/** @import { HostRow } from '../api/hosts.ts' */
import { useState } from 'preact/hooks'
import { CancelDialog } from './cancel-dialog.js'
import { useTools } from './context.js'
import { html } from './html.js'
import { InstallDialog } from './install-dialog.js'
import { isUnderWay } from './states.js'
import { countOf } from './words.js'

/**
 * What can be done with the hosts that are chosen.
 * @param {{ hosts: readonly HostRow[], clear: () => void }} props
 */
export function ActionBar({ hosts, clear }) {
  return html`<div class="action-bar" role="region" aria-label="Chosen hosts">
    <strong>${countOf(hosts.length, 'host')}</strong>
    <button class="button quiet" onClick=${clear}>Choose none</button>
    <span class="spring" />
    <${Actions} hosts=${hosts} />
  </div>`
}

/** @param {{ hosts: readonly HostRow[] }} props */
export function Actions({ hosts }) {
  const { mayChange } = useTools()
  const [asking, setAsking] = useState('')
  const running = hosts.filter(isUnderWay)
  const installable = hosts.filter(host => host.profile !== null && !host.netboots)
  const close = () => setAsking('')
  const why = mayChange ? '' : 'This token may only look.'
  return html`
    <button
      class="button" title=${why} disabled=${!mayChange || running.length === 0}
      onClick=${() => setAsking('cancel')}
    >Cancel install …</button>
    <button
      class="button primary" title=${why} disabled=${!mayChange || installable.length === 0}
      onClick=${() => setAsking('install')}
    >Install …</button>
    ${asking === 'install' && html`<${InstallDialog} hosts=${hosts} close=${close} />`}
    ${asking === 'cancel' && html`<${CancelDialog} hosts=${running} close=${close} />`}
  `
}

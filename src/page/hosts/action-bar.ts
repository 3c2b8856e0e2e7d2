import { useState } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import { countOf } from '../../base/amount.ts'
import { useTools } from '../daemon/context.ts'
import { CancelDialog } from '../dialogs/cancel-dialog.ts'
import { InstallDialog } from '../dialogs/install-dialog.ts'
import { PowerDialog } from '../dialogs/power-dialog.ts'
import { html, part } from '../parts/html.ts'
import { isUnderWay } from '../parts/states.ts'

/** What can be done with the hosts that are chosen. */
export function ActionBar({ hosts, clear }: { hosts: readonly HostRow[]; clear: () => void }) {
  return html`<div class="action-bar" role="region" aria-label="Chosen hosts">
    <strong>${countOf(hosts.length, 'host')}</strong>
    <button class="button quiet" onClick=${clear}>Choose none</button>
    <span class="spring" />
    ${part(Actions, { hosts })}
  </div>`
}

export function Actions({ hosts }: { hosts: readonly HostRow[] }) {
  const { mayChange } = useTools()
  const [asking, setAsking] = useState('')
  const running = hosts.filter(isUnderWay)
  const installable = hosts.filter(host => host.profile !== null && !host.netboots)
  const powered = hosts.filter(({ power }) => power)
  const close = () => setAsking('')
  const why = mayChange ? '' : 'This token may only look.'
  return html`
    ${
      powered.length > 0 &&
      html`<button
        class="button" title=${why} disabled=${!mayChange} onClick=${() => setAsking('power')}
      >Power …</button>`
    }
    <button
      class="button" title=${why} disabled=${!mayChange || running.length === 0}
      onClick=${() => setAsking('cancel')}
    >Cancel install …</button>
    <button
      class="button primary" title=${why} disabled=${!mayChange || installable.length === 0}
      onClick=${() => setAsking('install')}
    >Install …</button>
    ${asking === 'install' && part(InstallDialog, { hosts, close })}
    ${asking === 'power' && part(PowerDialog, { hosts: powered, close })}
    ${asking === 'cancel' && part(CancelDialog, { hosts: running, close })}
  `
}

/** @import { CancelResult } from '../api/installs.ts' */
/** @import { HostRow } from '../api/hosts.ts' */
import { useState } from 'preact/hooks'
import { useTools } from './context.js'
import { Dialog } from './dialog.js'
import { html } from './html.js'
import { countOf } from './words.js'

/**
 * Says which installs end, and which of their machines may be without a system afterwards.
 * @param {{ hosts: readonly HostRow[], close: () => void }} props
 */
export function CancelDialog({ hosts, close }) {
  const { api, say } = useTools()
  const [error, setError] = useState('')
  const [chosen] = useState(hosts)
  const begun = chosen.filter(({ state }) => state !== 'pending')
  /** @param {SubmitEvent} event */
  const submit = async event => {
    event.preventDefault()
    try {
      const { results } = await api.post('/cancels', { hosts: chosen.map(({ name }) => name) })
      const bad = results.find(
        (/** @type {CancelResult} */ { ok, warning }) => !ok || warning !== null,
      )
      const what = chosen.length === 1 ? chosen[0]?.name : countOf(chosen.length, 'install')
      say(
        bad ? `${bad.host}: ${bad.reason ?? bad.warning}` : `Cancelled: ${what}.`,
        bad !== undefined,
      )
      close()
    } catch (failed) {
      setError(failed instanceof Error ? failed.message : String(failed))
    }
  }
  const title =
    chosen.length === 1
      ? `Cancel the install of ${chosen[0]?.name}?`
      : `Cancel ${countOf(chosen.length, 'install')}?`
  return html`<${Dialog} title=${title} close=${close}>
    <form method="dialog" onSubmit=${submit}>
      <ul class="wiped" tabindex="0" aria-label="Installs that end">
        ${chosen.map(
          ({ name, state, why }) =>
            html`<li key=${name}><strong>${name}</strong><span class="muted">${state}: ${why}</span></li>`,
        )}
      </ul>
      ${
        begun.length > 0 &&
        html`<p class="warning">
        ${begun.length === 1 ? `${begun[0]?.name} has` : `${begun.length} of them have`} begun: the disk may be erased already, and the machine without a system.
      </p>`
      }
      <p class="error" role="alert">${error}</p>
      <div class="buttons">
        <button type="button" class="button" autofocus onClick=${close}>Let ${chosen.length === 1 ? 'it' : 'them'} go on</button>
        <button type="submit" class="button danger">Cancel ${chosen.length === 1 ? 'the install' : countOf(chosen.length, 'install')}</button>
      </div>
    </form>
  <//>`
}

import { useState } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import type { CancelAnswer } from '../../api/installs.ts'
import { countOf } from '../../base/amount.ts'
import { useTools } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import { hasBegun } from '../parts/states.ts'
import { Dialog } from './dialog.ts'

/** Says which installs end, and which of their machines may be without a system afterwards. */
export function CancelDialog({ hosts, close }: { hosts: readonly HostRow[]; close: () => void }) {
  const { api, toast } = useTools()
  const [error, setError] = useState('')
  const [chosen] = useState(hosts)
  const begun = chosen.filter(hasBegun)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    try {
      const { results } = await api.post<CancelAnswer>('/cancels', {
        hosts: chosen.map(({ name }) => name),
      })
      const bad = results.find(({ ok, warning }) => !ok || warning !== null)
      const what = chosen.length === 1 ? chosen[0]?.name : countOf(chosen.length, 'install')
      toast(
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
  return part(
    Dialog,
    { title, close },
    html`
    <form method="dialog" onSubmit=${submit}>
      <ul class="machines installs" tabindex="0" aria-label="Installs that end">
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
  `,
  )
}

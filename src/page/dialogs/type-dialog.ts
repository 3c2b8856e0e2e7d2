import { html, part } from '../parts/html.ts'
import { Dialog } from './dialog.ts'

/** Before keys go to a machine: whose they are, and that it is known who typed. */
export function TypeDialog({
  name,
  confirm,
  close,
}: {
  name: string
  confirm: () => void
  close: () => void
}) {
  const press = () => {
    close()
    confirm()
  }
  return part(
    Dialog,
    { title: `Type at the console of ${name}?`, close },
    html`
    <p class="warning">Every key goes to the machine as from a keyboard of its own, and others may be typing too. A key can stop its boot, or an install.</p>
    <p>That you type stands in the log of the operators, what you type does not. Shift and Tab leave the terminal.</p>
    <div class="buttons">
      <button type="button" class="button" autofocus onClick=${close}>Only look</button>
      <button type="button" class="button danger" onClick=${press}>Type at ${name}</button>
    </div>
  `,
  )
}

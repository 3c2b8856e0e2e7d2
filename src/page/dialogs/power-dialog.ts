import { useState } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import { countOf } from '../../base/amount.ts'
import { useFleet, useNow } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import { isUnderWay } from '../parts/states.ts'
import { heardPower } from '../parts/words.ts'
import { Dialog } from './dialog.ts'
import { type Switching, usePower } from './use-power.ts'

const buttons: readonly (readonly [verb: Switching, name: string, kind: string])[] = [
  ['on', 'Switch on', ''],
  ['cycle', 'Reset', 'danger'],
  ['off', 'Switch off', 'danger'],
]

/** Names the machines, how their power is, and which of them are at work, before anything is done to them. */
export function PowerDialog({ hosts, close }: { hosts: readonly HostRow[]; close: () => void }) {
  const fleet = useFleet()
  const now = useNow(1000)
  const [chosen] = useState(hosts)
  const { run, done } = usePower(chosen)
  const rows = chosen.map(host => fleet.host(host.name) ?? host)
  const busy = rows.filter(isUnderWay)
  const whom = chosen.length === 1 ? chosen[0]?.name : countOf(chosen.length, 'machine')
  const press = async (verb: Switching) => {
    await run(verb)
    close()
  }
  return part(
    Dialog,
    { title: `Power of ${whom}`, close },
    html`
    <form method="dialog" onSubmit=${(event: SubmitEvent) => event.preventDefault()}>
      <ul class="machines installs" tabindex="0" aria-label="Machines whose power it is">
        ${rows.map(
          ({ name, power }) =>
            html`<li key=${name}><strong>${name}</strong><span class="muted">${power && heardPower(power, now)}</span></li>`,
        )}
      </ul>
      ${
        busy.length > 0 &&
        html`<p class="warning">
        ${busy.length === 1 ? `${busy[0]?.name} is` : `${busy.length} of them are`} being installed: without power, or reset, the machine may be left without a system.
      </p>`
      }
      <p role="status">${done === undefined ? '' : `${done} of ${chosen.length} are done …`}</p>
      <div class="buttons">
        <button type="button" class="button" autofocus onClick=${close}>Leave as it is</button>
        ${buttons.map(
          ([verb, name, kind]) => html`<button
            key=${verb} type="button" class=${`button ${kind}`} disabled=${done !== undefined}
            onClick=${() => press(verb)}
          >${name}${chosen.length === 1 ? '' : ` ${chosen.length}`}</button>`,
        )}
      </div>
    </form>
  `,
  )
}

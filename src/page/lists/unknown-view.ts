import type { StrangerList, StrangerRow } from '../../api/networks.ts'
import { useNow } from '../daemon/context.ts'
import { useFresh } from '../daemon/use-fresh.ts'
import { readEvent } from '../host/read-event.ts'
import { CopyButton } from '../parts/copy-button.ts'
import { MachineParts } from '../parts/hardware.ts'
import { html, part } from '../parts/html.ts'
import { Packets } from '../parts/packets-link.ts'
import { timeAgo } from '../parts/words.ts'
import { AdoptForm } from './adopt-form.ts'
import { ListView } from './list-view.ts'

const everyMs = 5000

/** Machines that asked and are not in the config, with the lines that would put them there. */
export function UnknownView() {
  const now = useNow(everyMs)
  // They have no timeline, so no event tells of them.
  const { data, error, reload } = useFresh<StrangerList>('/strangers', [], everyMs)
  return part(
    ListView,
    {
      title: 'Unknown machines',
      count: data?.strangers.length,
      error,
      about:
        'They asked for a boot and are not in the config. Adopt them, or paste the lines under `hosts:` and reload the daemon.',
      none: 'No unknown machine has asked since the daemon started.',
    },
    html`
    <ul class="cards">
      ${data?.strangers.map(
        machine => html`<li class="panel" key=${machine.mac}>
          <div class="panel-head">
            <h2 class="mono">${machine.mac}</h2>
            <span class="muted">${timeAgo(machine.at, now)}</span>
          </div>
          ${machine.waits && html`<p>The agent runs on it, writes nothing, and waits to be told to boot.</p>`}
          ${part(LastRequest, { machine })}
          <dl class="facts">
            ${factsOf(machine).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
          </dl>
          ${part(MachineParts, { facts: machine.facts })}
          ${part(AdoptForm, { machine, changed: reload })}
          ${part(ConfigLines, { machine })}
          ${part(Packets, { path: `/strangers/${machine.mac}` })}
        </li>`,
      )}
    </ul>
  `,
  )
}

/** What it asked last, and what it was told. */
function LastRequest({ machine: { text, event } }: { machine: StrangerRow }) {
  const line = event && readEvent({ ...event, text })
  return html`<p>${line?.text ?? text} <span class="because">${line?.why}</span></p>`
}

/** Its lines for the config, as far in as they stand under `hosts:`. */
function ConfigLines({ machine: { mac, entry } }: { machine: StrangerRow }) {
  const lines = entry.replace(/^(?=.)/gm, '  ')
  return html`<figure class="text-file">
    <figcaption>For the config${part(CopyButton, { text: lines, what: `The entry of ${mac}` })}</figcaption>
    <pre class="plain" tabindex="0">${lines}</pre>
  </figure>`
}

function factsOf({ arch, stage, vendorClass, address, port, uuid, serial }: StrangerRow) {
  const facts = [
    ['Arch', arch],
    ['Stage', stage],
    ['Vendor class', vendorClass],
    ['Address', address],
    ['Port', port],
    ['Serial', serial],
    ['UUID', uuid],
  ] as const
  return facts.filter(([, value]) => value !== null && value !== '')
}

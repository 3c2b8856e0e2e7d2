/** @import { StrangerRow } from '../api/networks.ts' */
import { useNow } from './context.js'
import { CopyButton } from './copy-button.js'
import { html } from './html.js'
import { ListView } from './list-view.js'
import { Packets } from './packets.js'
import { dhcpLine } from './read-event.js'
import { useFresh } from './use-fresh.js'
import { ago } from './words.js'

const everyMs = 5000

/** Machines that asked and are not in the config, with the lines that would put them there. */
export function UnknownView() {
  const now = useNow(everyMs)
  // They have no timeline, so no event tells of them.
  const { data, error } = useFresh('/strangers', [], everyMs)
  return html`<${ListView}
    title="Unknown machines" count=${data?.strangers.length} error=${error}
    about="They asked for a boot and are not in the config. Paste the lines under hosts: and reload the daemon."
    none="No unknown machine has asked since the daemon started."
  >
    <ul class="cards">
      ${data?.strangers.map(
        (/** @type {StrangerRow} */ machine) => html`<li class="panel" key=${machine.mac}>
          <div class="panel-head">
            <h2 class="mono">${machine.mac}</h2>
            <span class="muted">${ago(machine.at, now)}</span>
          </div>
          <${Asked} text=${machine.text} />
          <dl class="facts">
            ${factsOf(machine).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
          </dl>
          <${Entry} machine=${machine} />
          <${Packets} path=${`/strangers/${machine.mac}`} />
        </li>`,
      )}
    </ul>
  <//>`
}

/** @param {{ text: string }} props what it asked last, and what it was told */
function Asked({ text }) {
  const line = dhcpLine(text)
  return html`<p>${line.text} <span class="because">${line.why}</span></p>`
}

/**
 * Its lines for the config, as far in as they stand under `hosts:`.
 * @param {{ machine: StrangerRow }} props
 */
function Entry({ machine: { mac, entry } }) {
  const lines = entry.replace(/^(?=.)/gm, '  ')
  return html`<figure class="text-file">
    <figcaption>For the config<${CopyButton} text=${lines} what=${`The entry of ${mac}`} /></figcaption>
    <pre class="plain" tabindex="0">${lines}</pre>
  </figure>`
}

/** @param {StrangerRow} machine */
function factsOf({ arch, stage, vendorClass, address, uuid, serial }) {
  const facts = /** @type {const} */ ([
    ['Arch', arch],
    ['Stage', stage],
    ['Vendor class', vendorClass],
    ['Address', address],
    ['Serial', serial],
    ['UUID', uuid],
  ])
  return facts.filter(([, value]) => value !== null && value !== '')
}

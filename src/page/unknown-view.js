/** @import { StrangerRow } from '../api/networks.ts' */
import { useEffect } from 'preact/hooks'
import { useNow, useRead } from './context.js'
import { CopyButton } from './copy-button.js'
import { html } from './html.js'
import { ListView } from './list-view.js'
import { ago } from './words.js'

const everyMs = 5000

/** Machines that asked and are not in the config, with the lines that would put them there. */
export function UnknownView() {
  const now = useNow(everyMs)
  const { data, error, reload } = useRead('/strangers')
  // They have no timeline, so no event tells of them.
  useEffect(() => {
    const timer = setInterval(reload, everyMs)
    return () => clearInterval(timer)
  }, [])
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
          <p>${machine.text}</p>
          <dl class="facts">
            ${factsOf(machine).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
          </dl>
          <figure class="text-file">
            <figcaption>For the config<${CopyButton} text=${machine.entry} what=${`The entry of ${machine.mac}`} /></figcaption>
            <pre class="plain" tabindex="0">${machine.entry}</pre>
          </figure>
        </li>`,
      )}
    </ul>
  <//>`
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

/** @import { Preview as Told } from '../api/hosts.ts' */
import { useEffect, useState } from 'preact/hooks'
import { useTools } from './context.js'
import { CopyButton } from './copy-button.js'
import { html } from './html.js'

/**
 * The exact script and answer files that the machine would get; looking counts nothing.
 * @param {{ name: string, version: number }} props
 */
export function Preview({ name, version }) {
  const { api } = useTools()
  const [told, setTold] = useState(/** @type {Told | undefined} */ (undefined))
  const [which, setWhich] = useState(/** @type {'now' | 'ifInstalled'} */ ('now'))
  useEffect(() => {
    let wanted = true
    api.find(`/hosts/${encodeURIComponent(name)}/preview`).then(
      told => wanted && setTold(told),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [api, name, version])
  if (!told) return null
  const answer = told[which] ?? told.now
  return html`<section class="panel" aria-label="What it would be told">
    <div class="panel-head">
      <h2>What it would be told</h2>
      ${
        told.ifInstalled &&
        html`<div class="switch" role="group" aria-label="When">
        <button class="button small" aria-pressed=${which === 'now'} onClick=${() => setWhich('now')}>Now</button>
        <button class="button small" aria-pressed=${which === 'ifInstalled'} onClick=${() => setWhich('ifInstalled')}>If installed</button>
      </div>`
      }
    </div>
    <p class="muted">${answer.reason}</p>
    ${answer.script !== null && html`<${Text} title="Script" text=${answer.script} />`}
    ${answer.files.map(({ name, text }) => html`<${Text} key=${name} title=${`Answer file ${name}`} text=${text} />`)}
  </section>`
}

/** @param {{ title: string, text: string }} props */
function Text({ title, text }) {
  return html`<figure class="text-file">
    <figcaption>${title}<${CopyButton} text=${text} what=${title} /></figcaption>
    <pre class="plain" tabindex="0" aria-label=${title}>${text}</pre>
  </figure>`
}

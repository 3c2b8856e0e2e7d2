import { html } from './html.js'
import { plain } from './plain.js'

/**
 * The host and its profile after everything that they extend.
 * @param {{ config: unknown }} props
 */
export function Resolved({ config }) {
  return html`<details class="panel">
    <summary><h2>Config as resolved</h2></summary>
    <pre class="plain" tabindex="0">${plain(config)}</pre>
  </details>`
}

import { html } from '../parts/html.ts'
import { indentedLines } from './indented-lines.ts'

/** The host and its profile after everything that they extend. */
export function Resolved({ config }: { config: unknown }) {
  return html`<details class="panel">
    <summary><h2>Config as resolved</h2></summary>
    <pre class="plain" tabindex="0">${indentedLines(config)}</pre>
  </details>`
}

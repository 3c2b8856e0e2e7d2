import { html } from './html.js'

/** The sign of the house: units of a rack, and the one that boots. */
export function Mark() {
  return html`<img class="mark" src="/page/icon.svg" alt="" width="28" height="28" />`
}

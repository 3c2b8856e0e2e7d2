import { html } from '../parts/html.ts'

/** The sign of the house: units of a rack, and the one that boots. */
export function Logo() {
  return html`<img class="mark" src="/page/icon.svg" alt="" width="28" height="28" />`
}

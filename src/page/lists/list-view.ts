import { type HtmlValue, html } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'

/** A view that is a list: its title, what it is about, and rows or the sentence that there are none. */
export function ListView({
  title,
  about,
  none,
  count,
  error,
  children,
}: {
  title: string
  about: string
  none: string
  count: number | undefined
  error?: Error | undefined
  children?: HtmlValue
}) {
  return html`<section class="list-view">
    <h1>${title}</h1>
    <p class="muted">${withCode(about)}</p>
    ${error && html`<p class="error" role="alert">${withCode(error.message)}</p>`}
    ${count === undefined ? !error && html`<p class="empty">Reading …</p>` : count === 0 ? html`<p class="empty">${withCode(none)}</p>` : children}
  </section>`
}

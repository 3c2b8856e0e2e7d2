import { type HtmlValue, html } from './html.ts'

/** A sentence of the daemon: what it sets between backticks is code. */
export function withCode(text: string): HtmlValue {
  const pieces = text.split(/`([^`\n]+)`/)
  return pieces.map((piece, n) => (n % 2 === 0 ? piece : html`<code>${piece}</code>`))
}

import { html, part } from './html.ts'

/** A shape for each state, so that colour is never all that tells. */
const shapes = new Map([
  ['failed', () => html`<path d="M4 4l8 8M12 4l-8 8" class="stroke" />`],
  ['pending', () => html`<circle cx="8" cy="8" r="5" class="ring" />`],
  ['booting', () => html`<path d="M5 3l8 5-8 5z" class="solid" />`],
  ['installing', () => html`<path d="M8 2v8M4 7l4 4 4-4M3 14h10" class="stroke" />`],
  [
    'verifying',
    () =>
      html`<circle cx="8" cy="8" r="5" class="ring" /><circle cx="8" cy="8" r="2" class="solid" />`,
  ],
  ['installed', () => html`<path d="M3 8.5l3.5 3.5L13 5" class="stroke" />`],
  ['netboots', () => html`<path d="M13 8a5 5 0 1 1-2-4M13 2v3h-3" class="stroke" />`],
  ['idle', () => html`<path d="M4 8h8" class="stroke" />`],
])

/** A state by shape, colour and word. */
export function Badge({ state, word = state }: { state: string; word?: string }) {
  return html`<span class=${`badge s-${state}`}>${part(Shape, { state })}${word}</span>`
}

export function Shape({ state }: { state: string }) {
  return html`<svg class=${`shape s-${state}`} viewBox="0 0 16 16" aria-hidden="true">
    ${shapes.get(state)?.()}
  </svg>`
}

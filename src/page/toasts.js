import { useCallback, useState } from 'preact/hooks'
import { html } from './html.js'

const shownMs = 6000

/** @typedef {{ id: number, text: string, bad: boolean }} Toast */

/** What was done, or could not be done, for a few seconds. */
export function useToasts() {
  const [toasts, setToasts] = useState(/** @type {Toast[]} */ ([]))
  const say = useCallback((/** @type {string} */ text, bad = false) => {
    const id = performance.now()
    setToasts(now => [...now.slice(-3), { id, text, bad }])
    setTimeout(() => setToasts(now => now.filter(toast => toast.id !== id)), shownMs)
  }, [])
  return { toasts, say }
}

/** @param {{ toasts: Toast[] }} props */
export function Toasts({ toasts }) {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.map(
      ({ id, text, bad }) => html`<p key=${id} class=${bad ? 'toast bad' : 'toast'}>${text}</p>`,
    )}
  </div>`
}

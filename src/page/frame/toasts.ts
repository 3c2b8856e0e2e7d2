import { useCallback, useState } from 'preact/hooks'
import { html } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'

export type Toast = { id: number; text: string; bad: boolean }

const shownMs = 6000

/** What was done, or could not be done, for a few seconds. */
export function useToasts() {
  const [toasts, setToasts] = useState<Toast[]>([])
  const toast = useCallback((text: string, bad = false) => {
    const id = performance.now()
    setToasts(now => [...now.slice(-3), { id, text, bad }])
    setTimeout(() => setToasts(now => now.filter(shown => shown.id !== id)), shownMs)
  }, [])
  return { toasts, toast }
}

export function Toasts({ toasts }: { toasts: Toast[] }) {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.map(
      ({ id, text, bad }) =>
        html`<p key=${id} class=${bad ? 'toast bad' : 'toast'}>${withCode(text)}</p>`,
    )}
  </div>`
}

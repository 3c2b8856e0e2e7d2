import { useLayoutEffect, useRef } from 'preact/hooks'
import { type HtmlValue, html } from '../parts/html.ts'

/** A question that must be answered first. Escape and a click outside close it. */
export function Dialog({
  title,
  close,
  children,
}: {
  title: string
  close: () => void
  children?: HtmlValue
}) {
  const dialog = useRef<HTMLDialogElement | null>(null)
  useLayoutEffect(() => {
    dialog.current?.showModal()
  }, [])
  const outside = (event: MouseEvent) => {
    if (event.target === dialog.current) close()
  }
  return html`<dialog
    ref=${dialog} class="dialog" aria-labelledby="dialog-title" onClose=${close} onMouseDown=${outside}
  >
    <div class="dialog-inside">
      <h2 id="dialog-title">${title}</h2>
      ${children}
    </div>
  </dialog>`
}

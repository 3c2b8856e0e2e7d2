import { useLayoutEffect, useRef } from 'preact/hooks'
import { html } from './html.js'

/**
 * A question that must be answered first. Escape and a click outside close it.
 * @param {{ title: string, close: () => void, children?: unknown }} props
 */
export function Dialog({ title, close, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  useLayoutEffect(() => {
    dialog.current?.showModal()
  }, [])
  /** @param {MouseEvent} event */
  const outside = event => {
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

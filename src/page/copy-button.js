import { useTools } from './context.js'
import { html } from './html.js'

/**
 * @param {{ text: string, what: string }} props
 */
export function CopyButton({ text, what }) {
  const { say } = useTools()
  const copy = async () => {
    await put(text)
    say(`${what} copied.`)
  }
  return html`<button class="button small" onClick=${copy}>Copy</button>`
}

/**
 * Browsers give the clipboard only to pages that came encrypted or from this machine; to others they
 * give the command, for what is selected.
 * @param {string} text
 */
async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

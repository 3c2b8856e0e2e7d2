import { useTools } from '../daemon/context.ts'
import { html } from './html.ts'

export function CopyButton({ text, what }: { text: string; what: string }) {
  const { toast } = useTools()
  const copy = async () => {
    await put(text)
    toast(`${what} copied.`)
  }
  return html`<button class="button small" onClick=${copy}>Copy</button>`
}

/**
 * Browsers give the clipboard only to pages that came encrypted or from this machine; to others they
 * give the command, for what is selected.
 */
async function put(text: string) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

import { useTools } from '../daemon/context.ts'
import { html } from '../parts/html.ts'

/** Cancels what is brought, or takes what has ended off the list. */
export function EndButton({
  path,
  what,
  isOver,
  changed,
}: {
  path: string
  what: string
  isOver: boolean
  changed: () => void
}) {
  const { api, toast, mayChange } = useTools()
  const end = async () => {
    try {
      await api.remove(path)
      if (!isOver) toast(`${what} cancelled.`)
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), true)
    }
    changed()
  }
  const verb = isOver ? 'Dismiss' : 'Cancel'
  return html`<button
    type="button" class="button small quiet" disabled=${!mayChange} onClick=${end}
    aria-label=${`${verb} ${what}`} title=${mayChange ? '' : 'This token may only look.'}
  >${verb}</button>`
}

import { useEffect, useState } from 'preact/hooks'
import type { ConsoleAnswer, ConsoleStatus } from '../../api/console.ts'
import { useTools } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import { CallbackOutput } from './output.ts'

/** Bytes of its end that are shown. */
const shownBytes = 32_768
/** What is written within this time is shown together. */
const togetherMs = 400

/** The last lines of its serial console, as they come; it is opened by whoever looks. */
export function ConsoleView({ name, by }: { name: string; by: string }) {
  const [isOpen, setOpen] = useState(false)
  const toggle = (event: Event) => setOpen((event.currentTarget as HTMLDetailsElement).open)
  return html`<details class="panel" onToggle=${toggle}>
    <summary><h2>Console</h2></summary>
    ${isOpen && part(ConsoleLines, { name, by })}
  </details>`
}

function ConsoleLines({ name, by }: { name: string; by: string }) {
  const { api } = useTools()
  const [heard, setHeard] = useState<ConsoleAnswer | undefined>(undefined)
  const [error, setError] = useState('')
  useEffect(() => {
    const path = `/hosts/${encodeURIComponent(name)}/console`
    let timer: ReturnType<typeof setTimeout> | undefined
    let isWanted = true
    const read = () => {
      timer = undefined
      api.get<ConsoleAnswer>(`${path}?last=${shownBytes}`).then(
        answer => isWanted && setHeard(answer),
        failed => isWanted && setError(failed.message),
      )
    }
    const soon = () => {
      timer ??= setTimeout(read, togetherMs)
    }
    read()
    // It keeps the console open, and says that there is more.
    const source = new EventSource(`/api/v1${path}?last=0`)
    source.onmessage = soon
    return () => {
      isWanted = false
      clearTimeout(timer)
      source.close()
    }
  }, [api, name])
  if (error !== '') return html`<p role="alert">${error}</p>`
  if (!heard) return html`<p>Reading …</p>`
  return html`<p class="muted">${sentenceOf(heard.status)} · ${by}</p>
    ${part(CallbackOutput, { lines: heard.text.split('\n') })}`
}

function sentenceOf({ state, reason }: ConsoleStatus): string {
  return state === 'waiting' ? `not open: ${reason}` : state
}

import { useEffect, useRef } from 'preact/hooks'
import type { ConsoleMessage, ConsoleStatus } from '../../api/console.ts'
import { countOf } from '../../base/amount.ts'
import { html } from '../parts/html.ts'
import { type OpenTerminal, showTerminal } from './open-terminal.ts'

/** Bytes of what was before that are shown. */
const shownBytes = 65_536

/** What somebody who looks may change while it is open. */
export interface TerminalWishes {
  /** Below `/api/v1`. */
  path: string
  mayType: boolean
  typed: (text: string) => void
  left: () => void
  told: (status: ConsoleStatus) => void
  failed: (sentence: string) => void
}

/** The terminal of a console, as it goes on. It is opened, and kept open, by whoever looks. */
export function ConsoleTerminal(wishes: TerminalWishes) {
  const box = useRef<HTMLDivElement | null>(null)
  const opened = useRef<OpenTerminal | undefined>(undefined)
  const latest = useRef(wishes)
  latest.current = wishes
  const { path, mayType } = wishes
  useEffect(() => {
    let source: EventSource | undefined
    let isWanted = true
    const ears = {
      typed: (text: string) => latest.current.typed(text),
      left: () => latest.current.left(),
    }
    const start = async () => {
      if (!box.current) return
      const terminal = await showTerminal(box.current, ears)
      if (!isWanted) return terminal.close()
      opened.current = terminal
      terminal.mayType(latest.current.mayType)
      source = follow(path, terminal, latest)
    }
    start().catch(error => latest.current.failed(String(error)))
    return () => {
      isWanted = false
      source?.close()
      opened.current?.close()
      opened.current = undefined
    }
  }, [path])
  useEffect(() => opened.current?.mayType(mayType), [mayType])
  return html`<div class="scroller console-terminal" role="group" aria-label="Terminal" ref=${box}></div>`
}

function follow(path: string, terminal: OpenTerminal, latest: { current: TerminalWishes }) {
  const source = new EventSource(`/api/v1${path}?last=${shownBytes}`)
  source.onmessage = ({ data }) => {
    const { text, dropped, status }: ConsoleMessage = JSON.parse(data)
    if (dropped !== undefined)
      terminal.say(`${countOf(dropped, 'byte')} came too fast and are gone`)
    if (text !== undefined) terminal.write(text)
    if (status) latest.current.told(status)
  }
  source.onerror = () => {
    // It goes on by itself, from where it was, unless the daemon has refused it.
    if (source.readyState === EventSource.CLOSED) latest.current.failed('The daemon has ended it.')
  }
  return source
}

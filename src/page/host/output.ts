import { useLayoutEffect, useRef } from 'preact/hooks'
import { html } from '../parts/html.ts'

/** Whoever has scrolled up by more than this reads, and is left where they are. */
const nearEnd = 40

/** What a callback writes, as it comes: the end stays in sight. */
export function CallbackOutput({ lines }: { lines: readonly string[] }) {
  const box = useRef<HTMLElement | null>(null)
  const follows = useRef(true)
  useLayoutEffect(() => {
    if (box.current && follows.current) box.current.scrollTop = box.current.scrollHeight
  }, [lines.length])
  const look = () => {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = box.current ?? {}
    follows.current = scrollHeight - scrollTop - clientHeight < nearEnd
  }
  return html`<pre class="output" ref=${box} onScroll=${look} tabindex="0" aria-label="Output">${lines.join('\n')}</pre>`
}

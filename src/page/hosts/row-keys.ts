import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import { hostLink } from '../parts/page-location.ts'

/** What covers the top of the window: the head of the table. */
const headHeight = 48
const pageRows = 15

/** The keys of a long list: arrows, page and end keys walk, Enter opens, Space chooses. */
export function useRowKeys(
  hosts: readonly HostRow[],
  picked: ReadonlySet<string>,
  pick: (names: readonly string[], yes: boolean) => void,
  reveal: (row: number, head: number) => void,
  rows: { current: HTMLElement | null },
) {
  const [wanted, setCursor] = useState(0)
  const cursor = Math.min(wanted, hosts.length - 1)
  const walked = useRef(false)
  useLayoutEffect(() => {
    if (!walked.current) return
    walked.current = false
    const row = rows.current?.querySelector(`[data-row="${cursor}"]`)
    if (row instanceof HTMLElement) row.focus({ preventScroll: true })
  })

  const onKeyDown = (event: KeyboardEvent) => {
    const to = target(event.key, cursor, hosts.length)
    const host = hosts[cursor]
    const { target: at } = event
    if (to !== undefined) {
      walked.current = true
      reveal(to, headHeight)
      setCursor(to)
    } else if (event.key === 'Enter' && host && !(at instanceof HTMLAnchorElement)) {
      location.hash = hostLink(host.name)
    } else if (event.key === ' ' && host) {
      pick([host.name], !picked.has(host.name))
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      pick(
        hosts.map(({ name }) => name),
        true,
      )
    } else return
    event.preventDefault()
  }
  /** Whoever got the focus by mouse goes on from there by key. */
  const onFocusIn = ({ target }: FocusEvent) => {
    const row = target instanceof Element ? target.closest('[data-row]') : null
    if (row instanceof HTMLElement) setCursor(Number(row.dataset.row))
  }
  return { cursor, onKeyDown, onFocusIn }
}

function target(key: string, row: number, count: number) {
  const steps = new Map([
    ['ArrowDown', 1],
    ['ArrowUp', -1],
    ['PageDown', pageRows],
    ['PageUp', -pageRows],
    ['Home', -count],
    ['End', count],
  ])
  const step = steps.get(key)
  return step === undefined ? undefined : Math.min(count - 1, Math.max(0, row + step))
}

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ConsoleAnswer, ConsoleStatus } from '../../api/console.ts'
import { useRead, useTools } from '../daemon/context.ts'
import { TypeDialog } from '../dialogs/type-dialog.ts'
import { html, part } from '../parts/html.ts'
import { ConsoleTerminal } from './console-terminal.ts'
import { createTyping } from './console-typing.ts'
import { CallbackOutput } from './output.ts'

/** What is shown: the terminal, what it says as text, or what a boot of an install wrote. */
const live = 'live'
const asText = 'text'

/** The serial console of a host, as it goes on; it is opened by whoever looks. */
export function ConsoleView({ name, by, version }: { name: string; by: string; version: number }) {
  const [isOpen, setOpen] = useState(false)
  const toggle = (event: Event) => setOpen((event.currentTarget as HTMLDetailsElement).open)
  return html`<details class="panel" onToggle=${toggle}>
    <summary><h2>Console</h2></summary>
    ${isOpen && part(Console, { name, by, version })}
  </details>`
}

function Console({ name, by, version }: { name: string; by: string; version: number }) {
  const path = `/hosts/${encodeURIComponent(name)}/console`
  const [shown, setShown] = useState(live)
  const [status, setStatus] = useState<ConsoleStatus | undefined>(undefined)
  const [error, setError] = useState('')
  const typing = useTypingAt(name, path)
  const choose = (value: string) => {
    typing.stop()
    setStatus(undefined)
    setError('')
    setShown(value)
  }
  return html`
    <div class="console-head">
      <p class="muted" role="status">${status && `${sentenceOf(status)} · ${by}`}</p>
      <span class="spring" />
      ${part(WhatIsShown, { path, version, shown, choose })}
      ${shown === live && part(TypeButton, { name, typing })}
    </div>
    ${error !== '' && html`<p role="alert" class="error">${error}</p>`}
    ${
      shown === live
        ? part(ConsoleTerminal, {
            ...{ path, mayType: typing.is, typed: typing.type, left: typing.leave },
            ...{ told: setStatus, failed: setError },
          })
        : part(ConsoleText, { path: shown === asText ? path : `${path}?${shown}` })
    }`
}

/** Whether somebody types, which is asked for each time that one comes to a console. */
function useTypingAt(name: string, path: string) {
  const { api, toast } = useTools()
  const [is, setIs] = useState(false)
  const button = useRef<HTMLButtonElement | null>(null)
  const stop = useCallback(() => setIs(false), [])
  const type = useMemo(
    () =>
      createTyping(
        text => api.post(path, { text }),
        sentence => {
          setIs(false)
          toast(`${name}: ${sentence}`, true)
        },
      ),
    [api, toast, name, path],
  )
  return { is, start: () => setIs(true), stop, type, button, leave: () => button.current?.focus() }
}

function TypeButton({ name, typing }: { name: string; typing: ReturnType<typeof useTypingAt> }) {
  const { mayChange } = useTools()
  const [isAsking, setAsking] = useState(false)
  const { is, start, stop, button } = typing
  const press = () => (is ? stop() : setAsking(true))
  return html`
    ${is && html`<span class="hint">Shift and Tab leave the terminal.</span>`}
    <button
      ref=${button} class="button small" aria-pressed=${is} disabled=${!mayChange}
      title=${mayChange ? '' : 'This token may only look.'} onClick=${press}
    >${is ? 'Stop typing' : 'Type …'}</button>
    ${isAsking && part(TypeDialog, { name, confirm: start, close: () => setAsking(false) })}
  `
}

/** The boots of installs whose words are kept, the latest first. */
function WhatIsShown({
  path,
  version,
  shown,
  choose,
}: {
  path: string
  version: number
  shown: string
  choose: (value: string) => void
}) {
  const { data, reload } = useRead<ConsoleAnswer>(`${path}?last=0`)
  useEffect(reload, [version])
  const boots = new Map(
    data?.parts
      .flatMap(({ install, attempt }) => (install === null ? [] : [{ install, attempt }]))
      .map(({ install, attempt }) => [
        `install=${install}&attempt=${attempt}`,
        `Attempt ${attempt} of ${install}`,
      ]),
  )
  return html`<label class="choice"><span>Show</span><select
    value=${shown}
    onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => choose(currentTarget.value)}
  >
    <option value=${live}>the terminal</option>
    <option value=${asText}>all that is kept, as text</option>
    ${[...boots].reverse().map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
  </select></label>`
}

function ConsoleText({ path }: { path: string }) {
  const { data, error } = useRead<ConsoleAnswer>(path)
  if (error) return html`<p role="alert">${error.message}</p>`
  if (!data) return html`<p>Reading …</p>`
  if (data.text === '') return html`<p>Nothing is kept.</p>`
  return part(CallbackOutput, { lines: data.text.split('\n') })
}

function sentenceOf({ state, reason }: ConsoleStatus): string {
  if (reason === null) return state
  return state === 'waiting' ? `not open: ${reason}` : `${state}, but ${reason}`
}

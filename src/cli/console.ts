import type { ConsoleAnswer, ConsoleMessage, ConsoleStatus } from '../api/console.ts'
import { countOf } from '../base/amount.ts'
import { printable } from '../base/printable.ts'
import { createPlainFilter, createTerminalFilter } from '../base/terminal-text.ts'
import { type Call, runApiCommand, writeJson } from './command.ts'
import { openKeyboard } from './console-keyboard.ts'
import { followStream } from './follow.ts'
import { exit, Failure, type Io, nowOf } from './io.ts'
import { consoleSpec } from './power-specs.ts'

/** Bytes that are shown of what was before. */
const shownBefore = '16384'
/** Colours off, cursor there, lines wrapped, letters and not frames, the whole screen scrolls. */
const asBefore = '\x1b[m\x1b[?25h\x1b[?7h\x1b(B\x1b7\x1b[r\x1b8\r\n'

/** `bootwright console HOST`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(consoleSpec, argv, io, async call => {
    const { values, words } = call
    const url = `/api/v1/hosts/${encodeURIComponent(words[0] ?? '')}/console`
    for (const name of ['last', 'attempt']) refuseNoNumber(name, values.text(name))
    const [install, attempt, last] = ['install', 'attempt', 'last'].map(name => values.text(name))
    const isList = values.has('kept') || values.has('json') || (install ?? attempt) !== undefined
    if (!isList) return follow(url, call)
    if (values.has('write')) throw new Failure('--write goes with --last alone', exit.usage)
    const answer = await call.api.get<ConsoleAnswer>(url, { install, attempt, last })
    if (values.has('json')) writeJson(io, answer)
    else io.stdout.write(linesOf(answer.text))
    if (answer.text === '') io.stderr.write('nothing is kept of it\n')
    return answer.text === '' ? exit.no : exit.done
  })
}

function refuseNoNumber(name: string, text: string | undefined): void {
  if (text === undefined || /^\d{1,15}$/.test(text)) return
  throw new Failure(`--${name} is a number, not "${text}"`, exit.usage)
}

function linesOf(text: string): string {
  const shown = createPlainFilter()(text)
  return shown === '' || shown.endsWith('\n') ? shown : `${shown}\n`
}

async function follow(url: string, { api, io, values }: Call): Promise<number> {
  const show = io.isTerminal ? createTerminalFilter() : createPlainFilter()
  const over = new AbortController()
  const signal = io.signal ? AbortSignal.any([io.signal, over.signal]) : over.signal
  let failed: unknown
  const keyboard = openKeyboard(io, values.has('write'), {
    type: text => api.post(url, { text }),
    end: () => over.abort(),
    failed(error) {
      failed = error
      over.abort()
    },
  })
  const query = (last: string | undefined) =>
    last === undefined ? { last: values.text('last') ?? shownBefore } : {}
  try {
    for await (const item of followStream<ConsoleMessage>(api, url, query, signal)) {
      if (item.kind === 'lost') tell(io, 'the daemon cannot be reached; it is tried again')
      if (item.kind !== 'message') continue
      const { text, dropped, status } = item.message
      if (text !== undefined) io.stdout.write(show(text))
      if (dropped !== undefined) tell(io, `${countOf(dropped, 'byte')} came too fast and are gone`)
      if (status) tellStatus(io, status)
      if (status) keyboard.opened(status.state === 'open')
    }
  } finally {
    keyboard.close()
    if (io.isTerminal) io.stdout.write(asBefore)
  }
  if (failed !== undefined) throw failed
  return exit.done
}

function tellStatus(io: Io, { state, reason, until }: ConsoleStatus): void {
  if (state !== 'waiting') {
    const but = reason === null ? '' : `, but ${printable(reason)}`
    tell(io, `the console is ${state}${but}`)
    return
  }
  const seconds = Math.max(1, Math.ceil((Date.parse(until ?? '') - nowOf(io)) / 1000))
  const again = Number.isFinite(seconds) ? `; it is tried again in ${seconds} s` : ''
  tell(io, `the console is not open: ${printable(reason ?? 'no reason')}${again}`)
}

/** Beside what the machine writes. */
function tell(io: Io, sentence: string): void {
  io.stderr.write(`\r\n[${sentence}]\r\n`)
}

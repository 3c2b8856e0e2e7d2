import { createEscape, escapes } from './escape.ts'
import type { Io } from './io.ts'

export interface KeyboardDeps {
  type(text: string): Promise<unknown>
  end(): void
  /** It could not be typed. */
  failed(error: unknown): void
}

export interface Keyboard {
  /** Whether the console is open now. */
  opened(isOpen: boolean): void
  /** Gives the terminal back. */
  close(): void
}

/** Of one request. */
const longest = 4096
/** What waits of an input that is no keyboard: then it is read on later. */
const mostWaiting = 64 * 1024

/**
 * Takes what is typed, key by key, and sends it in its order, one request at a time. At a terminal that may not write
 * Ctrl-C ends it, as the tilde does; keys for a console that is not open are lost, and what comes from a file waits.
 */
export function openKeyboard(io: Io, mayWrite: boolean, deps: KeyboardDeps): Keyboard {
  const { stdin } = io
  const isTerminal = stdin.isTTY === true
  const raw = isTerminal && 'setRawMode' in stdin ? (stdin as NodeJS.ReadStream) : undefined
  const own = createEscape()
  const decoder = new TextDecoder()
  let waiting = ''
  let isOpen = false
  let isSending = false
  const send = async () => {
    if (isSending) return
    isSending = true
    try {
      while (isOpen && waiting !== '') {
        const text = waiting.slice(0, longest)
        waiting = waiting.slice(longest)
        await deps.type(text)
        if (waiting.length < mostWaiting) stdin.resume()
      }
    } catch (error) {
      deps.failed(error)
    } finally {
      isSending = false
    }
  }
  const take = (bytes: Buffer | string) => {
    const text = typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true })
    const typed = isTerminal ? own(text) : { text }
    if (typed.wants === 'help') io.stderr.write(`\r\n${escapes}`)
    if (typed.wants === 'end' || (!mayWrite && typed.text.includes('\x03'))) {
      deps.end()
      return
    }
    if (!mayWrite || (isTerminal && !isOpen)) return
    waiting += typed.text
    if (!isTerminal && waiting.length >= mostWaiting) stdin.pause()
    void send()
  }
  const isHeard = isTerminal || mayWrite
  raw?.setRawMode(true)
  if (isHeard) stdin.on('data', take)
  return {
    opened(now) {
      isOpen = now
      void send()
    },
    close() {
      raw?.setRawMode(false)
      stdin.off('data', take)
      if (isHeard) stdin.pause()
    },
  }
}

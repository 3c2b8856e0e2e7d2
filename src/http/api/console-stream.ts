import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConsoleMessage, ConsoleStatus } from '../../api/console.ts'
import { createTerminalFilter } from '../../base/terminal-text.ts'
import type { ConsolePart } from '../../boot/console.ts'
import { drained } from './drained.ts'
import { beginEventStream } from './reader-place.ts'

/** The last bytes of a console; places are counted from its first byte ever. */
export interface KeptConsole {
  read(from: number, most: number): { readonly from: number; readonly bytes: Uint8Array }
  begin(): number
  end(): number
  parts(): readonly ConsolePart[]
}

export interface ConsoleSource {
  /** As it is now: it may be opened anew. */
  kept(): Pick<KeptConsole, 'read' | 'end'>
  status(): ConsoleStatus
  /** A reader is sent away, since something of ours failed. */
  failed(error: unknown): void
  follow(changed: () => void): () => void
  /** How many streams there are. */
  readers(): number
}

/** Bytes of one message, and from one to the next: whoever reads fast, and many together, leave time for others. */
const piece = 16 * 1024
const restMs = 20
const restOfEachMs = 2

/**
 * Server-sent events of a console from a place on. Nothing is kept for a reader: each reads what is on disk at its own
 * pace, and one for which it was too fast is told how much is gone.
 */
export function streamConsole(out: ServerResponse, begin: number, source: ConsoleSource): void {
  const { kept } = source
  const decoder = new TextDecoder()
  const filter = createTerminalFilter()
  let from = begin
  let told = ''
  let isSending = false
  let isDue = false
  const write = (message: ConsoleMessage) =>
    out.write(`id: ${from}\ndata: ${JSON.stringify(message)}\n\n`)
  const tellStatus = () => {
    const status = source.status()
    const text = JSON.stringify(status)
    if (text !== told) write({ status })
    told = text
  }
  const sendAll = async () => {
    while (from < kept().end() && !out.destroyed) {
      const read = kept().read(from, piece)
      if (read.from > from) write({ dropped: read.from - from })
      if (read.bytes.length === 0) break
      from = read.from + read.bytes.length
      const text = filter(decoder.decode(read.bytes, { stream: true }))
      if (text !== '') write({ text })
      await drained(out)
      if (from < kept().end()) await delay(Math.max(restMs, restOfEachMs * source.readers()))
    }
    if (!out.destroyed) tellStatus()
  }
  const send = async () => {
    isDue = true
    if (isSending) return
    isSending = true
    try {
      while (isDue) {
        isDue = false
        await sendAll()
      }
    } catch (error) {
      source.failed(error)
      out.destroy()
    } finally {
      isSending = false
    }
  }
  beginEventStream(out, () => unfollow())
  const unfollow = source.follow(() => void send())
  void send()
}

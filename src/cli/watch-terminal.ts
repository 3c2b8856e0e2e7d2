import type { HostRow } from '../api/hosts.ts'
import { type Io, nowOf } from './io.ts'
import { screenOf } from './table.ts'
import { frame, roomFor } from './watch-screen.ts'

/** What the API says of all hosts. */
export interface Hosts {
  readonly hosts: readonly HostRow[]
  readonly notices?: readonly string[]
}

/** Shows a list of hosts, again and again. */
export interface Display {
  show(hosts: Hosts): void
  /** The daemon is away. */
  lost(why: string): void
}

/** The live table: it has the whole terminal until it is closed. */
export interface Terminal extends Display {
  close(): void
}

// DEC private modes: 1049 is the alternate screen, 25 the cursor.
const enter = '\x1b[?1049h\x1b[?25l'
const leave = '\x1b[?25h\x1b[?1049l'
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Takes the terminal over; `quit` is called for q, Ctrl-C and the signals that end a program. */
export function openTerminal(io: Io, quit: () => void): Terminal {
  let hosts: Hosts = { hosts: [] }
  let trouble: string | undefined
  let skipped = 0
  const room = () => roomFor(io.rows || 24, noticesOf().length)
  const noticesOf = () => [...(hosts.notices ?? []), ...(trouble === undefined ? [] : [trouble])]

  const draw = () => {
    skipped = Math.max(0, Math.min(skipped, hosts.hosts.length - room()))
    const view = { hosts: hosts.hosts, notices: noticesOf(), skipped, now: nowOf(io) }
    const lines = frame(view, screenOf(io), io.rows || 24)
    // Home, each line to its end, and nothing below: no flicker, as there is where all is wiped first.
    io.stdout.write(`\x1b[H${lines.map(line => `${line}\x1b[K`).join('\r\n')}\x1b[J`)
  }
  const scroll = (by: number) => {
    skipped += by
    draw()
  }
  const keys = (bytes: Buffer | string) => {
    const key = String(bytes)
    if (key === 'q' || key === '\x03' || key === '\x04') quit()
    else if (key === '\x1b[A' || key === 'k') scroll(-1)
    else if (key === '\x1b[B' || key === 'j') scroll(1)
    else if (key === '\x1b[5~') scroll(-room())
    else if (key === '\x1b[6~' || key === ' ') scroll(room())
  }

  const { stdin } = io
  const raw =
    stdin.isTTY === true && 'setRawMode' in stdin ? (stdin as NodeJS.ReadStream) : undefined
  raw?.setRawMode(true)
  stdin.on('data', keys)
  stdin.resume()
  for (const signal of signals) process.on(signal, quit)
  const deaf = io.resized?.(draw)
  io.stdout.write(enter)

  return {
    show(next) {
      hosts = next
      trouble = undefined
      draw()
    },
    lost(why) {
      trouble = why
      draw()
    },
    close() {
      io.stdout.write(leave)
      deaf?.()
      for (const signal of signals) process.off(signal, quit)
      stdin.off('data', keys)
      stdin.pause()
      raw?.setRawMode(false)
    },
  }
}

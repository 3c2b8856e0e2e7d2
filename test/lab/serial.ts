import type { ChildProcess } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { after } from '../patience.ts'
import { createDrowse } from './drowse.ts'

/** What a machine wrote on its serial line. */
export interface Serial {
  /** Everything so far, without escape sequences. */
  text(): string
  /** Calls back for every further whole line. */
  onLine(listener: (line: string) => void): void
  /** Resolves with the match once the text so far contains it; rejects with the last lines. */
  waitFor(pattern: RegExp, seconds: number): Promise<RegExpExecArray>
  /** The machine is off: who still waits is told so. */
  close(): void
}

interface Waiter {
  readonly pattern: RegExp
  readonly resolve: (match: RegExpExecArray) => void
  readonly reject: (error: Error) => void
  /** Ends its clock. */
  readonly stop: () => void
}

/** Collects what a child prints; QEMU's own complaints are part of it. */
export function readSerial(child: ChildProcess): Serial {
  let whole = ''
  let line = ''
  const listeners: ((line: string) => void)[] = []
  const waiters = new Set<Waiter>()
  const text = () => whole + plain(line)
  const drowse = createDrowse(child.pid)
  const fail = (waiter: Waiter, why: string) => {
    waiter.stop()
    waiters.delete(waiter)
    waiter.reject(new Error(`${why} ${waiter.pattern}; last lines:\n${lastLines(text(), 40)}`))
  }
  const settle = () => {
    for (const waiter of waiters) {
      const match = waiter.pattern.exec(text())
      if (match === null) continue
      waiter.stop()
      waiters.delete(waiter)
      waiter.resolve(match)
    }
  }
  const take = (chunk: string) => {
    const lines = (line + chunk).split('\n')
    line = lines.pop() ?? ''
    for (const each of lines.map(plain)) {
      whole += `${each}\n`
      for (const listener of listeners) listener(each)
    }
    drowse(plain(line))
    settle()
  }
  child.stdout?.setEncoding('latin1').on('data', take)
  child.stderr?.setEncoding('utf8').on('data', take)
  return {
    text,
    onLine: listener => listeners.push(listener),
    waitFor: (pattern, seconds) =>
      new Promise((resolve, reject) => {
        const late = () => fail(waiter, `${seconds} s passed without`)
        const waiter: Waiter = { pattern, resolve, reject, stop: after(seconds, late) }
        waiters.add(waiter)
        settle()
      }),
    close: () => {
      for (const waiter of waiters) fail(waiter, 'the machine is off without')
    },
  }
}

function plain(raw: string): string {
  return stripVTControlCharacters(raw).replace(/\r+$/, '').replaceAll('\r', '\n')
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

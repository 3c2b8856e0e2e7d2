import { readSlowly } from '../../base/read-slowly.ts'
import { startProgram } from '../../system/child.ts'
import { endSentence, lastLine } from '../program.ts'

/** Who hears it. */
export interface ConsoleEars {
  /** It is connected. */
  opened(): void
  bytes(piece: Uint8Array): void
  /** From one piece of at most 64 KiB to the next, in milliseconds. */
  restMs(): number
}

/** A program that is connected to a console by its stdin and stdout. */
export interface ConsoleProgram {
  readonly run: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** It is given a terminal, for stdin, stdout and stderr together. */
  readonly terminal?: boolean
  /** It is connected when it has written this; what it wrote before is its own. Else it is from the start. */
  readonly greeting?: RegExp
  /** What it asks before it is connected, and what it is answered, once. */
  readonly question?: { readonly asks: RegExp; readonly answer: string }
  /** What to write to it so that it ends by itself, where that can be said now. */
  farewell?(last: number | undefined): string | undefined
}

/** How a program ended, with what it said of itself. */
export interface ProgramWords {
  /** Its last line, or how it ended; printable. */
  readonly error: string
  /** All that it wrote before it was connected, and to stderr. */
  readonly words: string
  readonly wasOpen: boolean
}

/** Runs it to its end. */
export type ConsoleRunner = (program: ConsoleProgram) => Promise<ProgramWords>

export interface RunningConsole {
  readonly ended: Promise<ProgramWords>
  /** What is typed; lost where it is not connected. */
  write(bytes: Uint8Array): void
  /** Ends it, and has it given back to others. */
  end(): void
}

/** For its farewell, and then from SIGTERM to SIGKILL. */
const graceMs = 2000
/** Seconds until it is connected. */
const patience = 30
const longestWords = 64 * 1024
/** Bytes that wait for a program that does not read what is typed. */
const longestWait = 64 * 1024

/** Runs a program that is connected to a console, until it ends. Never throws. */
export function runConsole(program: ConsoleProgram, ears: ConsoleEars): RunningConsole {
  const { env, cwd, farewell } = program
  const ear = earOf(program, ears, text => child.stdin?.write(text))
  let last: number | undefined
  const { run, env: more } = program.terminal ? inTerminal(program.run) : { run: program.run }
  const child = startProgram<string>(
    {
      run,
      env: { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TERM: 'xterm', ...env, ...more },
      ...{ cwd, talks: true, timeout: Number.POSITIVE_INFINITY, tooLong: '' },
      ...{ graceMs, hearOnMs: 500 },
    },
    (stdout, stderr) => {
      readSlowly<Buffer>(stdout, ears.restMs, ear.hear)
      readSlowly<Buffer>(stderr, ears.restMs, ear.say)
    },
  )
  const { stdin } = child
  const late = setTimeout(() => {
    if (!ear.isOpen()) child.end(`it was not connected after ${patience} s`)
  }, patience * 1000)
  if (ear.isOpen()) ears.opened()
  const ended = child.ended.then(end => {
    clearTimeout(late)
    const words = ear.words()
    return { error: endSentence(end, lastLine(words)), words, wasOpen: ear.isOpen() }
  })
  return {
    ended,
    write(bytes) {
      if (!ear.isOpen() || !stdin?.writable || stdin.writableLength > longestWait) return
      last = bytes.at(-1) ?? last
      stdin.write(bytes)
    },
    end() {
      const bye = ear.isOpen() ? farewell?.(last) : undefined
      if (bye === undefined || !stdin?.writable) return child.end('nobody needs it')
      stdin.write(bye)
      setTimeout(() => child.end('nobody needs it'), graceMs).unref()
    },
  }
}

/** Tells what the program says of itself from what the console says, and answers what it asks. */
function earOf(
  { greeting, question }: ConsoleProgram,
  ears: ConsoleEars,
  answer: (text: string) => void,
) {
  let isOpen = greeting === undefined
  let isAsked = question === undefined
  let words = ''
  const say = (piece: Buffer) => {
    if (words.length < longestWords) words += piece.toString('latin1')
  }
  return {
    say,
    isOpen: () => isOpen,
    words: () => words,
    hear(piece: Buffer) {
      if (isOpen) return ears.bytes(piece)
      say(piece)
      if (!isAsked && question?.asks.test(words)) {
        isAsked = true
        answer(question.answer)
      }
      const found = greeting?.exec(words)
      if (!found) return
      isOpen = true
      const rest = words.slice(found.index + found[0].length)
      words = words.slice(0, found.index)
      ears.opened()
      if (rest !== '') ears.bytes(Buffer.from(rest, 'latin1'))
    },
  }
}

/**
 * A terminal for a program that wants one, by script(1). The arguments go by the environment: script hands its command
 * to a shell.
 */
function inTerminal(run: readonly string[]) {
  const names = run.map((_, n) => `CONSOLE_${n}`)
  const command = `exec ${names.map(name => `"$${name}"`).join(' ')}`
  const env = Object.fromEntries(names.map((name, n) => [name, run[n] ?? '']))
  return {
    run: ['script', '-qefc', command, '/dev/null'],
    env: { ...env, SHELL: '/bin/sh' },
  }
}

import type { ITheme, Terminal } from '@xterm/xterm'
import { countOf } from '../../base/amount.ts'
import { createTerminalFilter } from '../../base/terminal-text.ts'
import { allowStyles } from '../parts/allowed-styles.ts'

export interface OpenTerminal {
  /** Shows what a machine wrote: text, colours, and where the cursor is. */
  write(text: string): void
  /** A line of ours, between those of the machine. */
  say(sentence: string): void
  /** Whether keys are typed, or move through what was. */
  mayType(may: boolean): void
  close(): void
}

export interface TerminalEars {
  typed(text: string): void
  /** Somebody leaves it by its key. */
  left(): void
}

/** Lines that can be scrolled back to. */
const scrollback = 5000
/** What machines draw for; a narrow window scrolls. */
const fewestColumns = 80
const fewestRows = 4
/** As in the style sheet, with the bar that shows how far one has scrolled. */
const terminalPadding = { paddingInline: 16 + 14, paddingBlock: 12 }
/** Letters that wait to be drawn, for instance in a tab that nobody sees; more are left out. */
const mostWaiting = 1024 * 1024
const dark = matchMedia('(prefers-color-scheme: dark)')

/** Opens a terminal in a box, whose size, font and colours it takes. It is fetched when it is first needed. */
export async function showTerminal(box: HTMLElement, ears: TerminalEars): Promise<OpenTerminal> {
  const { Terminal } = await import('@xterm/xterm')
  const { fontFamily, fontSize } = getComputedStyle(box)
  const forbidStyles = allowStyles()
  const terminal = new Terminal({
    ...{ fontFamily, fontSize: Number.parseFloat(fontSize), scrollback, disableStdin: true },
    // The colours of machines are meant for a black ground.
    ...{ minimumContrastRatio: 4.5, theme: themeOf(box) },
  })
  terminal.open(box)
  const sizes = new ResizeObserver(() => resize(terminal, box))
  sizes.observe(box)
  const recolour = () => {
    terminal.options.theme = themeOf(box)
  }
  dark.addEventListener('change', recolour)
  terminal.attachCustomKeyEventHandler(event => isForMachine(event, terminal, ears))
  terminal.onData(ears.typed)
  return {
    ...writerOf(terminal),
    mayType(may) {
      terminal.options.disableStdin = !may
      if (may) terminal.focus()
    },
    close() {
      sizes.disconnect()
      dark.removeEventListener('change', recolour)
      terminal.dispose()
      forbidStyles()
    },
  }
}

/** As many columns and rows as there is room for. */
function resize(terminal: Terminal, box: HTMLElement): void {
  const screen = box.querySelector('.xterm-screen')
  if (!screen || screen.clientWidth === 0) return
  const { paddingInline, paddingBlock } = terminalPadding
  const columns = (box.clientWidth - paddingInline) / (screen.clientWidth / terminal.cols)
  const rows = (box.clientHeight - paddingBlock) / (screen.clientHeight / terminal.rows)
  terminal.resize(
    Math.max(fewestColumns, Math.floor(columns)),
    Math.max(fewestRows, Math.floor(rows)),
  )
}

/** What machines send goes through the filter of the daemon once more: nothing but text, colours and cursor. */
function writerOf(terminal: Terminal): Pick<OpenTerminal, 'write' | 'say'> {
  const filter = createTerminalFilter()
  let waiting = 0
  let left = 0
  const put = (text: string) => {
    waiting += text.length
    terminal.write(text, () => {
      waiting -= text.length
    })
  }
  const say = (sentence: string) => put(`\r\n\x1b[m[${sentence}]\r\n`)
  return {
    say,
    write(text) {
      if (waiting > mostWaiting) {
        left += text.length
        return
      }
      if (left > 0) say(`${countOf(left, 'letter')} came too fast and are left out`)
      left = 0
      put(filter(text))
    },
  }
}

/**
 * Whether the machine gets this key. While one only looks, keys scroll, and Tab leads on; while one types, Tab is the
 * machine's, and Shift and Tab lead out.
 */
function isForMachine(event: KeyboardEvent, terminal: Terminal, { left }: TerminalEars): boolean {
  const mayType = !terminal.options.disableStdin
  if (mayType && !(event.key === 'Tab' && event.shiftKey)) return true
  if (event.type !== 'keydown') return false
  if (mayType) {
    event.preventDefault()
    left()
    return false
  }
  const scroll = scrolls[event.key]
  if (!scroll || event.ctrlKey || event.altKey || event.metaKey) return false
  event.preventDefault()
  scroll(terminal)
  return false
}

const scrolls: Readonly<Record<string, (terminal: Terminal) => void>> = {
  ArrowUp: terminal => terminal.scrollLines(-1),
  ArrowDown: terminal => terminal.scrollLines(1),
  PageUp: terminal => terminal.scrollPages(-1),
  PageDown: terminal => terminal.scrollPages(1),
  Home: terminal => terminal.scrollToTop(),
  End: terminal => terminal.scrollToBottom(),
}

function themeOf(box: HTMLElement): ITheme {
  const { backgroundColor: background, color: foreground } = getComputedStyle(box)
  const selectionBackground = dark.matches ? '#2f5d57' : '#b5d8d2'
  return {
    ...{ background, foreground, cursor: foreground, cursorAccent: background },
    ...{ selectionBackground, scrollbarSliderBackground: '#7d8d8799' },
  }
}

import { printable } from '../base/printable.ts'
import { envOf, type Io } from './io.ts'

/** What is written to: its width where it is a terminal, and whether it shows colours. */
export interface Screen {
  readonly width: number | undefined
  readonly colour: boolean
}

export type Colour = 'red' | 'green' | 'yellow' | 'dim'

export type Cell = string | { readonly text: string; readonly colour: Colour | undefined }

export interface Column {
  readonly title: string
  /** May be cut down to this width. What is no use when cut, such as an address, has none. */
  readonly cut?: number
  /** Where it is narrow the columns with the lowest number are left out first; others stay. */
  readonly leave?: number
}

const codes: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, dim: 2 }
const gap = '  '

/** Cut to the terminal's width and coloured there; plain elsewhere (https://no-color.org). */
export function screenOf(io: Io): Screen {
  const { NO_COLOR, TERM } = envOf(io)
  return {
    // Terminals over a serial line or in a container may say that they are 0 wide.
    width: io.isTerminal ? io.columns || 80 : undefined,
    colour: io.isTerminal && !NO_COLOR && TERM !== 'dumb',
  }
}

/** Rows under their titles, in columns that fit the screen: some left out, some cut with …. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screen: Screen,
): string {
  const natural = columns.map(({ title }, at) =>
    rows.reduce(
      (most, row) => Math.max(most, letters(partsOf(row[at] ?? '').text).length),
      title.length,
    ),
  )
  const widths = fitWidths(columns, natural, screen.width)
  const titles = columns.map(({ title }) => ({ text: title, colour: 'dim' as const }))
  return [titles, ...rows].map(row => formatRow(row, widths, screen)).join('')
}

/** The text of a cell, made and its colour. */
export function partsOf(cell: Cell): { text: string; colour: Colour | undefined } {
  return typeof cell === 'string'
    ? { text: printable(cell), colour: undefined }
    : { text: printable(cell.text), colour: cell.colour }
}

/** The text, cut with … when it is longer than the width. */
export function cut(text: string, width: number): string {
  const all = letters(text)
  return all.length <= width ? text : `${all.slice(0, Math.max(0, width - 1)).join('')}…`
}

/** The text in a colour, where the screen shows colours. */
export function paint(text: string, colour: Colour | undefined, screen: Screen): string {
  return screen.colour && colour ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text
}

/** Lines of text broken between words so that they fit behind an indent; the first has none. */
export function wrapText(text: string, indent: number, width: number | undefined): string {
  const room = (width ?? Number.POSITIVE_INFINITY) - indent
  if (room < 20) return text
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= room || line === '') line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}

/** Widths that fit, 0 for a column that is left out. */
function fitWidths(
  columns: readonly Column[],
  natural: readonly number[],
  width = Number.POSITIVE_INFINITY,
): number[] {
  const least = columns.map(({ cut }, at) => Math.min(natural[at] ?? 0, cut ?? Infinity))
  const leaving = columns
    .flatMap(({ leave }, at) => (leave === undefined ? [] : [{ leave, at }]))
    .toSorted((a, b) => a.leave - b.leave)
  for (const { at } of leaving) {
    if (total(least) <= width) break
    least[at] = 0
  }
  const widths = natural.map((wanted, at) => (least[at] === 0 ? 0 : wanted))
  while (total(widths) > width) {
    const loose = widths.map((now, at) => (now > (least[at] ?? 0) ? now : 0))
    const widest = loose.indexOf(Math.max(...loose))
    if (!loose[widest]) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function total(widths: readonly number[]): number {
  const shown = widths.filter(width => width > 0)
  return shown.reduce((sum, width) => sum + width, 0) + gap.length * Math.max(0, shown.length - 1)
}

function formatRow(row: readonly Cell[], widths: readonly number[], screen: Screen): string {
  const last = widths.findLastIndex(width => width > 0)
  const cells = widths.flatMap((width, at) => {
    if (width === 0) return []
    const { text: whole, colour } = partsOf(row[at] ?? '')
    const text = cut(whole, width)
    const padding = at === last ? '' : ' '.repeat(width - letters(text).length)
    return [paint(text, colour, screen) + padding]
  })
  return `${cells.join(gap).trimEnd()}\n`
}

function letters(text: string): string[] {
  return Array.from(text)
}

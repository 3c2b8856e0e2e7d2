import { digits, median } from './figures.ts'
import { type Figures, figureAt, type Row } from './rows.ts'

/** What every round of a bench printed. */
export type Rounds = ReadonlyMap<string, readonly Figures[]>

const begin = '<!-- npm run bench writes from here -->'
const end = '<!-- to here -->'

/** The table of the rows that were measured: medians with their spread, and what that hides. */
export function tableOf(rows: readonly Row[], rounds: Rounds): string {
  const lines = rows.flatMap(row => {
    const all = rounds.get(row.bench) ?? []
    const here = all.map(figures => figureAt(figures, row.figure)).filter(Number.isFinite)
    return here.length === 0 ? [] : [lineOf(row, here, all)]
  })
  return ['| what | here | beside |', '|---|---|---|', ...lines].join('\n')
}

function lineOf(row: Row, here: readonly number[], all: readonly Figures[]): string {
  const cells = [row.what, `${spread(here)} ${row.unit}`]
  if (row.ratio === undefined) return `| ${cells.join(' | ')} | |`
  const ratios = all.map(figures => figureAt(figures, row.ratio ?? [])).filter(Number.isFinite)
  return `| ${cells.join(' | ')} | ${spread(ratios)} x ${row.beside}${verdict(row, ratios)} |`
}

/** The median, and in brackets the least and the most. */
function spread(all: readonly number[]): string {
  const middle = digits(median(all))
  if (all.length === 1) return `${middle}`
  return `${middle} (${digits(Math.min(...all))} to ${digits(Math.max(...all))})`
}

function verdict({ isCost = false }: Row, ratios: readonly number[]): string {
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
  if (least < 1 && most > 1) return ': the spread hides who is ahead'
  const isAhead = isCost ? most <= 1 : least >= 1
  return isAhead ? '' : ': behind'
}

/**
 * A document with its measured table put anew between the two marks.
 *
 * @throws where it has no such marks
 */
export function withTable(document: string, said: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`no place for the table: ${begin} and ${end}`)
  return `${document.slice(0, from)}${begin}\n${said}\n${document.slice(to)}`
}

/** The lines of a document's table by what they are about. */
export function linesOf(document: string): ReadonlyMap<string, string> {
  const lines = document.split('\n').filter(line => line.startsWith('| '))
  return new Map(lines.map(line => [line.split(' | ')[0]?.slice(2) ?? '', line]))
}

import { countOf } from '../../base/amount.ts'
import { printable } from '../../base/printable.ts'
import { withoutCredentials } from '../../config/check/credentials.ts'
import type { Problem } from '../../config/config.ts'
import { formatProblem } from '../../config/load.ts'
import { paint, type Screen } from '../table.ts'

/**
 * The problems of a config, a line each: for people, with the text that it is about, a caret below the
 * place, and their count at the end.
 */
export function formatProblems(
  file: string,
  text: string,
  problems: readonly Problem[],
  screen: Screen & { readonly isTerminal: boolean },
): string {
  const lines = text.split(/\r?\n/)
  const shown = problems.map(problem => {
    const colour = problem.severity === 'error' ? 'red' : 'yellow'
    const sentence = `${paint(formatProblem(file, problem), colour, screen)}\n`
    return screen.isTerminal && problem.file === undefined
      ? sentence + excerpt(lines[problem.line - 1], problem, screen)
      : sentence
  })
  const isCounted = screen.isTerminal && problems.length > 0
  return shown.join('') + (isCounted ? `${file}: ${countOfProblems(problems)}\n` : '')
}

/** `3 mistakes, 1 warning` */
export function countOfProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  return [
    ...(errors > 0 ? [countOf(errors, 'mistake')] : []),
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
  ].join(', ')
}

/** Letters shown before the place, and of the line in all. */
const before = 60
const most = 100

/** The line and a caret below its column; of a long line the part around it, and no passwords. */
function excerpt(line: string | undefined, { column, line: number }: Problem, screen: Screen) {
  if (line === undefined || line.trim() === '') return ''
  const start = Math.max(0, column - 1 - before)
  const head = withoutCredentials(printable(line.replaceAll('\t', ' ').slice(start, column - 1)))
  const tail = withoutCredentials(printable(line.replaceAll('\t', ' ').slice(column - 1)))
  const margin = `${number}`.padStart(6)
  const source = `${start > 0 ? '…' : ''}${head}`
  const caret = paint('^', 'red', screen)
  const shown = `${source}${tail}`.slice(0, most + source.length)
  return `${margin} | ${shown}\n${' '.repeat(margin.length)} | ${' '.repeat(source.length)}${caret}\n`
}

import type { Log } from '../base/log.ts'
import type { Config } from '../config/config.ts'
import { formatProblem, loadConfig } from '../config/load.ts'

/** What a config file says now: a line for each mistake and warning, which also go into the log. */
export interface ReadAgain {
  /** Undefined where it cannot be used. */
  readonly next: Config | undefined
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

/** Reads a config file once more. */
export function readAgain(file: string, log: Log): ReadAgain {
  const { config, problems } = loadConfig(file)
  const linesOf = (severity: 'error' | 'warning') =>
    problems
      .filter(problem => problem.severity === severity)
      .map(problem => formatProblem(file, problem))
  const [errors, warnings] = [linesOf('error'), linesOf('warning')]
  for (const line of errors) log.error(line)
  for (const line of warnings) log.warn(line)
  return { next: config, errors, warnings }
}

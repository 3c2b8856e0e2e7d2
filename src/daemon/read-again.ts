import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import { formatProblem, loadConfig } from '../config/load.ts'

/** The config of a file, with what is wrong with it in the log; undefined when it cannot be used. */
export function readAgain(file: string, log: FastifyBaseLogger): Config | undefined {
  const { config, problems } = loadConfig(file)
  for (const problem of problems) {
    const line = formatProblem(file, problem)
    if (problem.severity === 'error') log.error(line)
    else log.warn(line)
  }
  return config
}

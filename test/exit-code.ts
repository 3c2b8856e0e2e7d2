import { type SpawnOptions, spawn } from 'node:child_process'
import { readLines } from './lab/lines.ts'

/**
 * Runs a command to its end; signals that we get go on to it. With `take` it gets the lines of its output,
 * which are shown otherwise. One that cannot be started, or dies by a signal, has no code 0 either.
 */
export function exitCode(
  [program = '', ...args]: readonly string[],
  how: Pick<SpawnOptions, 'cwd' | 'env' | 'timeout'>,
  take?: (line: string) => void,
): Promise<number> {
  return new Promise(resolve => {
    const stdout = take === undefined ? 'inherit' : 'pipe'
    const stdio = ['ignore', stdout, 'inherit'] as const
    const child = spawn(program, args, { ...how, killSignal: 'SIGKILL', stdio: [...stdio] })
    if (take !== undefined) readLines(child.stdout, take)
    const pass = (signal: NodeJS.Signals) => child.kill(signal)
    process.on('SIGINT', pass).on('SIGTERM', pass)
    const end = (code: number) => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve(code)
    }
    child.on('error', error => {
      process.stderr.write(`${program}: ${error.message}\n`)
      end(127)
    })
    child.on('close', code => end(code ?? 1))
  })
}

import { spawn } from 'node:child_process'

/** How one finished command went. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end; a missing program counts as exit code 127. */
export function attempt(command: readonly string[], input?: string): Promise<Outcome> {
  const [program = '', ...args] = command
  return new Promise(resolve => {
    const child = spawn(program, args, { stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', error => resolve({ code: 127, stdout, stderr: error.message }))
    child.on('close', code => resolve({ code: code ?? 1, stdout, stderr }))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
  })
}

/** Runs a command that has to succeed and returns what it printed. */
export async function run(command: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, input)
  if (code !== 0) throw new Error(`${command.join(' ')}: exit ${code}: ${stderr.trim()}`)
  return stdout
}

import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Daemon, Output } from './daemon.ts'

/**
 * Runs a line as cron does: by sh, at home, without a terminal, with a short environment. Resolves with how it
 * ended.
 */
export function runAsCron(daemon: Daemon, line: string): Promise<Output> {
  const home = join(daemon.folder, 'home')
  const token = readFileSync(join(daemon.folder, 'data/admin-token'))
  mkdirSync(join(home, '.config/bootwright'), { recursive: true })
  writeFileSync(join(home, '.config/bootwright/token'), token, { mode: 0o600 })
  mkdirSync(join(home, 'bin'))
  const program = fileURLToPath(new URL('../../src/bootwright', import.meta.url))
  symlinkSync(program, join(home, 'bin/bootwright'))
  const env = {
    HOME: home,
    SHELL: '/bin/sh',
    PATH: `${home}/bin:/usr/bin:/bin`,
    BOOTWRIGHT_SERVER: daemon.url,
  }
  return new Promise(resolve => {
    const child = spawn('/bin/sh', ['-c', line], {
      cwd: home,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', text => {
      stdout += text
    })
    child.stderr.on('data', text => {
      stderr += text
    })
    child.on('close', code => resolve({ code, stdout, stderr }))
  })
}

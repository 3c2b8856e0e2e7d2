import { spawnSync } from 'node:child_process'

/** What shellcheck has to say about a script, nothing when it is clean; it must be installed. */
export function shellcheck(script: string, shell: 'sh' | 'bash' = 'sh'): string {
  const { status, stdout, stderr, error } = spawnSync('shellcheck', ['-s', shell, '-'], {
    input: script,
    encoding: 'utf8',
  })
  if (error) throw error
  return status === 0 ? '' : stdout + stderr
}

import { runCommand } from '../command.ts'

/** The host keys that an SSH server shows, as `type key`; none when it does not answer. */
export async function scanHostKeys(address: string, port: number): Promise<string[]> {
  const lines: string[] = []
  const run = ['ssh-keyscan', '-T', '5', '-p', String(port), address]
  const command = { kind: 'command', run, cwd: '/', env: {}, timeout: 20 } as const
  await runCommand(command, line => lines.push(line)).ended
  return readHostKeys(lines)
}

/** Lines of a file of known hosts: `name type key`. */
export function readHostKeys(lines: readonly string[]): string[] {
  return lines.flatMap(line => {
    const [name = '', type = '', key = ''] = line.trim().split(/\s+/)
    return name.startsWith('#') || key === '' ? [] : `${type} ${key}`
  })
}

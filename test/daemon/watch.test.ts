import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDhcpWire } from './client.ts'
import { bare, type Daemon, startDaemon, until } from './daemon.ts'
import { bringTo, makeMachine } from './machine.ts'
import { mac1 } from './settings.ts'

/** A terminal in which a command of the CLI runs, and a shell says how it ended. */
function openTerminal(t: Test, daemon: Daemon, command: string) {
  // The path of a Unix socket has at most 107 bytes.
  const folder = mkdtempSync(join(tmpdir(), 'tmux-'))
  const tmux = (...args: string[]) => {
    const all = ['-f', '/dev/null', '-S', join(folder, 's'), ...args]
    return execFileSync('tmux', all, { encoding: 'utf8' })
  }
  t.teardown(() => {
    tmux('kill-server')
    rmSync(folder, { recursive: true })
  })
  const token = join(daemon.folder, 'data/admin-token')
  const words = bare([command, '--server', daemon.url, '--token-file', token])
  words.splice(1, 0, 'TERM=screen', 'LANG=C.UTF-8')
  const line = `env ${words.map(word => `'${word}'`).join(' ')}; echo "it ended with $?"; exec cat`
  tmux('new-session', '-d', '-x', '100', '-y', '12', line)
  const screen = () => tmux('capture-pane', '-p')
  return {
    tmux,
    screen,
    shows: (what: RegExp) => until(`${what} on the screen`, () => what.test(screen()) && screen()),
  }
}

t.test('the live table, in a real terminal', async t => {
  const daemon = await startDaemon(t)
  const wire = await openDhcpWire(t, daemon.ports)
  const machine = makeMachine(daemon, wire, mac1)
  const { tmux, screen, shows } = openTerminal(t, daemon, 'watch')

  t.match(await shows(/node1 +idle/), /^2 hosts: 2 idle$/m)
  t.match(screen(), /^NAME +STATE +PROFILE +ADDRESS +SINCE +WHY$/m)
  await bringTo('booting', daemon, 'node1', machine)
  t.match(await shows(/^node1 +booting/m), /^2 hosts: 1 booting, 1 idle$/m)
  await machine.phoneHome('ready')
  await machine.phoneHome('progress', { percent: 40, message: 'copying' })
  await shows(/^node1 +installing 40%.*copying/m)

  tmux('resize-window', '-x', '40', '-y', '6')
  await until('the small screen', () => !/PROFILE +ADDRESS/.test(screen()))
  t.match(screen(), /^NAME +STATE/m)
  for (const line of screen().split('\n')) t.ok(line.length <= 40, line)
  tmux('resize-window', '-x', '100', '-y', '12')
  await shows(/PROFILE +ADDRESS/)

  tmux('send-keys', 'q')
  t.notMatch(await shows(/it ended with 0/), /NAME +STATE/, 'the screen is as it was before')
})

t.test('Ctrl-C ends it too, and so does a daemon that is gone from the start', async t => {
  const daemon = await startDaemon(t)
  const terminal = openTerminal(t, daemon, 'watch')
  await terminal.shows(/node1 +idle/)
  terminal.tmux('send-keys', 'C-c')
  await terminal.shows(/it ended with 0/)
  await daemon.stop()
  const other = openTerminal(t, daemon, 'watch')
  t.match(await other.shows(/it ended with 3/), /no daemon answers/)
})

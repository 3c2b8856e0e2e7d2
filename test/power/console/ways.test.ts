import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { CommandConsole, ConsoleWay, SolConsole } from '../../../src/boot/console.ts'
import { sentenceOf } from '../../../src/boot/words/reason.ts'
import { makeFolder } from '../../folder.ts'
import { onlyPrograms } from '../only-programs.ts'
import { connect } from './connect.ts'

const command = (run: readonly string[], terminal = false): CommandConsole => {
  return { kind: 'command', name: 'vm', run, terminal, cwd: '/' }
}

t.test('a program: what it writes, what it reads, and why it ended', async t => {
  const script = 'echo "hello $0"; read line; echo "got $line"; echo cause >&2; exit 3'
  const one = connect(t, command(['sh', '-c', script, '{{ host.name }}']), {
    host: { name: '$(id)' },
  })
  await one.heard(/hello \$\(id\)\n/)
  one.write(Buffer.from('typed\n'))
  await one.heard(/got typed/)
  t.equal(sentenceOf(await one.ended), 'sh has ended: cause')
  const none = connect(t, command(['/no/such/program']))
  t.equal(sentenceOf(await none.ended), '/no/such/program has ended: there is no such program')
  const wrong = connect(t, command(['{{ host.nane }}']))
  t.match((await wrong.ended).code, 'power-template')
})

t.test(
  'a program that wants a terminal has one, and its arguments reach it as they are',
  async t => {
    const evil = '"; touch /tmp/pwned; $(id) `id` \' \n'
    const show = 'test -t 0 && stty raw -echo && printf "%s|" "$0" && cat'
    const one = connect(t, command(['sh', '-c', show, evil], true))
    await one.heard(/\|/)
    t.equal(one.text(), `${evil}|`)
    one.write(Buffer.from('a\x04\x03b'))
    await one.heard(/b/)
    t.match(one.text(), 'a\x04\x03b', 'every byte goes through')
    one.end()
    t.match(await one.ended, { code: 'console-ended' })
  },
)

/** A BMC whose console never stops: what ipmitool writes of it, without ipmitool. */
function endlessSol(t: Test): SolConsole {
  const passwordFile = join(makeFolder(t, { password: 'secret\n' }), 'password')
  onlyPrograms(t, folder => {
    for (const name of ['sh', 'cat', 'script'])
      symlinkSync(`${name === 'sh' ? '' : '/usr'}/bin/${name}`, join(folder, name))
    const says = "printf '[SOL Session operational.  Use ~? for help]\\r\\n'; exec cat /dev/zero"
    writeFileSync(join(folder, 'ipmitool'), `#!/bin/sh\n${says}\n`, { mode: 0o755 })
  })
  const login = { user: 'admin', passwordFile, port: 623, privilege: 'operator' } as const
  return { kind: 'ipmi', name: 'sol', ...login }
}

const endless: readonly (readonly [what: string, of: (t: Test) => ConsoleWay])[] = [
  ['a program', () => command(['sh', '-c', 'exec cat /dev/zero'])],
  ['Serial over LAN', endlessSol],
]
for (const [what, of] of endless) {
  t.test(`${what} that never stops talking is held to a rate`, async t => {
    const one = connect(t, of(t))
    await one.heard(/\0/)
    let turns = 0
    const begun = performance.now()
    while (performance.now() - begun < 300) {
      await new Promise(resolve => setImmediate(resolve))
      turns++
    }
    t.ok(turns > 20, `others have their turn: ${turns}`)
    t.ok(one.bytes() <= 64 * 1024 * 40, `${one.bytes()} bytes`)
    one.end()
    await one.ended
  })
}

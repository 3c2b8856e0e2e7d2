import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { CommandConsole, ConsoleWay, SolConsole } from '../../../src/boot/console.ts'
import { sentenceOf } from '../../../src/boot/words/reason.ts'
import { renderText } from '../../../src/config/template/template.ts'
import { connectConsole } from '../../../src/power/console/ways.ts'
import { ipmiSim } from '../ipmi-bmc.ts'
import { simCommand } from '../ipmi-sim.ts'
import { freeUdpPort } from '../udp-port.ts'

/** What is heard of a console; `until` resolves when this was said. */
function connect(t: Test, way: ConsoleWay, context: object = {}) {
  let text = ''
  let bytes = 0
  let opened = false
  const wanted = new Set<() => void>()
  const look = () => {
    for (const one of wanted) one()
  }
  const ears = {
    opened() {
      opened = true
      look()
    },
    bytes(piece: Uint8Array) {
      bytes += piece.length
      if (text.length < 100_000) text += Buffer.from(piece).toString('latin1')
      look()
    },
    restMs: () => 10,
  }
  const target = { address: '127.0.0.1', context }
  const session = connectConsole(way, target, ears, { render: renderText, knownHosts: '' })
  t.teardown(() => session.end())
  const until = (is: () => boolean) =>
    new Promise<void>(resolve => {
      const one = () => {
        if (!is()) return
        wanted.delete(one)
        resolve()
      }
      wanted.add(one)
      one()
    })
  return {
    ...session,
    heard: (what: RegExp) => until(() => what.test(text)),
    isOpen: () => until(() => opened),
    text: () => text,
    bytes: () => bytes,
  }
}

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

t.test('one that never stops talking is held to a rate', async t => {
  const one = connect(t, command(['sh', '-c', 'exec cat /dev/zero']))
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

const programs = [ipmiSim, '/usr/bin/ipmitool', '/usr/bin/script']
const skip =
  !programs.every(file => existsSync(file)) && 'needs the packages openipmi, ipmitool and bsdutils'

/** A BMC, and the serial port of its machine, which echoes. */
async function startBmc(t: Test) {
  const typed: string[] = []
  const ports = new Set<Socket>()
  const serial = createServer(socket => {
    ports.add(socket)
    socket.on('error', () => {})
    socket.on('data', piece => {
      typed.push(piece.toString('latin1'))
      socket.write(piece)
    })
    socket.write('firmware\r\n')
  }).listen(0, '127.0.0.1')
  await once(serial, 'listening')
  const port = await freeUdpPort()
  const folder = t.testdir({ chassis: '#!/bin/sh\n', password: 'secret\n', wrong: 'wrong\n' })
  const { port: sol } = serial.address() as AddressInfo
  const [program = '', ...args] = simCommand({ folder, port, chassis: `sh ${folder}/chassis`, sol })
  const child: ChildProcess = spawn(program, args, { cwd: folder, stdio: 'ignore' })
  t.teardown(() => {
    child.kill('SIGKILL')
    for (const socket of ports) socket.destroy()
    serial.close()
  })
  const way: SolConsole = {
    ...{ kind: 'ipmi', name: 'sol', user: 'admin', passwordFile: join(folder, 'password') },
    ...{ port, privilege: 'operator', cipher: 3 },
  }
  return { way, folder, typed, say: (text: string) => [...ports].map(one => one.write(text)) }
}

/** It takes its time to open its port. */
async function connectSoon(t: Test, way: SolConsole) {
  for (;;) {
    const one = connect(t, way)
    const state = await Promise.race([one.isOpen().then(() => 'open'), one.ended])
    if (state === 'open') return one
    if (typeof state === 'object' && state.code !== 'bmc-unreachable') throw new Error(state.code)
  }
}

t.test('serial over LAN: heard, typed at, and given back', { skip }, async t => {
  const { way, typed, say, folder } = await startBmc(t)
  const one = await connectSoon(t, way)
  say('login: ')
  await one.heard(/login: /)
  t.notMatch(one.text(), /SOL Session|IANA/, 'what ipmitool says is not of the machine')
  one.write(Buffer.from('root\r~.\x1e?\x03'))
  await one.heard(/~\.\?./)
  t.match(typed.join(''), 'root\r~.?\x03', 'no escape of ipmitool is taken')

  const other = connect(t, way)
  t.equal(
    sentenceOf(await other.ended),
    `somebody else has the console at 127.0.0.1:${way.port}: a BMC gives it to one session only`,
  )
  one.end()
  await one.ended
  const again = connect(t, way)
  await again.isOpen()
  again.end()
  t.match(await again.ended, { code: 'console-ended' })

  const wrong = connect(t, { ...way, passwordFile: join(folder, 'wrong') })
  t.match(await wrong.ended, { code: 'bmc-login' })
  const noFile = connect(t, { ...way, passwordFile: join(folder, 'none') })
  t.match(await noFile.ended, { code: 'power-secret' })
})

t.test('no password is on a command line', { skip }, async t => {
  const { way } = await startBmc(t)
  const one = await connectSoon(t, way)
  // Others on this computer have secrets of their own.
  const own = (await commandLines()).filter(line => line.includes(` -p ${way.port} `))
  t.ok(own.some(line => line.includes('ipmitool')))
  t.notOk(own.some(line => line.includes('secret')))
  one.end()
  await one.ended
})

async function commandLines(): Promise<string[]> {
  const { readdirSync } = await import('node:fs')
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
}

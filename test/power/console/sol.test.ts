import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { SolConsole } from '../../../src/boot/console.ts'
import { sentenceOf } from '../../../src/boot/words/reason.ts'
import { makeFolder } from '../../folder.ts'
import { ipmiSim } from '../ipmi-bmc.ts'
import { simCommand } from '../ipmi-sim.ts'
import { onlyPrograms } from '../only-programs.ts'
import { lowUdpPort } from '../udp-port.ts'
import { connect } from './connect.ts'

const clients = { ipmitool: '/usr/bin/ipmitool', ipmiconsole: '/usr/sbin/ipmiconsole' }
const programs = [ipmiSim, '/usr/bin/script', ...Object.values(clients)]
const skip =
  !programs.every(file => existsSync(file)) &&
  'needs the packages openipmi, ipmitool, freeipmi-tools and bsdutils'

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
  const port = await lowUdpPort()
  const folder = makeFolder(t, { chassis: '#!/bin/sh\n', password: 'secret\n', wrong: 'wrong\n' })
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
    if (typeof state === 'object' && state.code !== 'bmc-unreachable')
      throw new Error(sentenceOf(state))
  }
}

/** Of these clients only one is there from now on. */
function only(t: Test, client: keyof typeof clients) {
  onlyPrograms(t, folder => {
    const there = [clients[client], '/usr/bin/script', '/bin/sh']
    for (const file of there) symlinkSync(file, join(folder, file.split('/').at(-1) ?? ''))
  })
}

for (const client of ['ipmitool', 'ipmiconsole'] as const) {
  t.test(`${client}: heard, typed at, and given back`, { skip }, async t => {
    const { way, typed, say, folder } = await startBmc(t)
    only(t, client)
    const one = await connectSoon(t, way)
    say('login: ')
    await one.heard(/login: /)
    t.notMatch(one.text(), /SOL|IANA|Password/, 'what the client says is not of the machine')
    const own = commandLines().filter(line => line.includes(String(way.port)))
    t.ok(own.some(line => line.includes(client)))
    t.notOk(
      own.some(line => line.includes('secret')),
      'no password is on a command line',
    )
    one.write(Buffer.from('root\r~.\x1e?&.\x03'))
    await one.heard(/~\.\?&\./)
    t.match(typed.join(''), 'root\r~.?&.\x03', 'no escape of the client is taken')

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
    t.match(await again.ended, { code: 'console-ended', program: client })

    const wrong = connect(t, { ...way, passwordFile: join(folder, 'wrong') })
    t.match(await wrong.ended, { code: 'bmc-login' })
    const noFile = connect(t, { ...way, passwordFile: join(folder, 'none') })
    t.match(await noFile.ended, { code: 'power-secret' })
  })
}

t.test('neither of the clients, nor script', async t => {
  const password = join(makeFolder(t, { password: 'secret\n' }), 'password')
  const way: SolConsole = {
    ...{ kind: 'ipmi', name: 'sol', user: 'admin', passwordFile: password },
    ...{ port: 623, privilege: 'operator' },
  }
  onlyPrograms(t, folder => symlinkSync('/bin/sh', join(folder, 'sh')))
  t.equal(sentenceOf(await connect(t, way).ended), 'script: there is no such program')
  onlyPrograms(t, folder => symlinkSync('/usr/bin/script', join(folder, 'script')))
  t.match(sentenceOf(await connect(t, way).ended), /^ipmitool or ipmiconsole: .*not found/)
})

function commandLines(): string[] {
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

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { bare, makeDaemon, type Output, startDaemon } from './daemon.ts'

const nobody = 65_534

const doors = [
  { name: 'dhcp', kind: 'udp', says: 'UDP port' },
  { name: 'proxy', kind: 'udp', says: 'UDP port' },
  { name: 'tftp', kind: 'udp', says: 'UDP port' },
  { name: 'http', kind: 'tcp', says: 'TCP port' },
] as const

for (const { name, kind, says } of doors) {
  for (const address of ['127.0.0.1', '0.0.0.0']) {
    t.test(`the ${name} port is taken on ${address}`, async t => {
      const daemon = await makeDaemon(t)
      const port = daemon.ports[name]
      const owner = await hold(t, kind, port, address)
      const output = await daemon.run()
      saysOnly(t, output, /is taken by/)
      t.match(output.stderr, `${says} ${port} on 127.0.0.1 is taken by node (pid ${owner}): `)
    })
  }
}

t.test('a program with the same ports on another address is in nobody’s way', async t => {
  const daemon = await makeDaemon(t)
  for (const { name, kind } of doors) {
    if (name !== 'dhcp') await hold(t, kind, daemon.ports[name], '127.0.0.9')
  }
  await daemon.start()
})

t.test('broadcasts of the dhcp port are taken by a program on another address', async t => {
  const daemon = await makeDaemon(t)
  const owner = await hold(t, 'udp', daemon.ports.dhcp, '127.0.0.9')
  const output = await daemon.run()
  saysOnly(t, output, /UDP port \d+ on 0\.0\.0\.0 is taken by/)
  t.match(output.stderr, `(pid ${owner})`)
})

t.test('a second daemon on the same dataDir', async t => {
  const first = await startDaemon(t)
  const second = await makeDaemon(t, { dataDir: join(first.folder, 'data') })
  saysOnly(t, await second.run(), /another bootwright runs on this dataDir/)
  await first.kill()
  await second.start()
})

t.test('a dataDir that cannot be made', async t => {
  const daemon = await makeDaemon(t, { dataDir: './answers.txt/data' })
  const sentence = /^bootwright: cannot open \S+\/answers\.txt\/data\/bootwright\.db/
  saysOnly(t, await daemon.run(), sentence)
})

t.test('a token file that cannot be made', async t => {
  const daemon = await makeDaemon(t, { admin: { tokenFile: './answers.txt/token' } })
  saysOnly(t, await daemon.run(), /admin token \S+\/answers\.txt\/token/)
})

t.test('a database that is none', async t => {
  const daemon = await makeDaemon(t)
  daemon.write('data/bootwright.db', 'this is no database, whoever made it. '.repeat(200))
  saysOnly(t, await daemon.run(), /^bootwright: cannot open \S+\/data\/bootwright\.db/)
})

t.test('ports below 1024 are forbidden to a usual user', { skip: whySkipped() }, async t => {
  const daemon = await makeDaemon(t)
  mkdirSync(join(daemon.folder, 'data'))
  for (const name of ['', 'data']) chownSync(join(daemon.folder, name), nobody, nobody)
  const { dhcp, proxy: proxyPort, tftp, http } = daemon.ports
  const usual = { dhcp: { port: dhcp, proxyPort }, tftp: { port: tftp }, http: { port: http } }
  const forbidden = {
    'UDP port 67': { dhcp: { port: 67, proxyPort } },
    'UDP port 69': { tftp: { port: 69 } },
    'TCP port 80': { http: { port: 80 } },
  }
  for (const [port, change] of Object.entries(forbidden)) {
    daemon.configure({ ...usual, ...change })
    const output = asNobody(['serve', '--config', join(daemon.folder, 'config.yaml')])
    saysOnly(t, output, /systemd.*setcap.*root/)
    t.match(output.stderr, `${port} on 127.0.0.1 is forbidden`)
  }
})

/** A program of somebody else that listens on a port; resolves to its pid. */
async function hold(
  t: Test,
  kind: 'udp' | 'tcp',
  port: number,
  address: string,
): Promise<number | undefined> {
  const program = {
    udp: `require('dgram').createSocket('udp4').bind(${port}, '${address}', () => console.log(1))`,
    tcp: `require('net').createServer().listen(${port}, '${address}', () => console.log(1))`,
  }[kind]
  const stdio = ['ignore' as const, 'pipe' as const, 'inherit' as const]
  const child = spawn(process.execPath, ['-e', program], { stdio })
  t.teardown(() => end(child))
  if (child.stdout) await once(child.stdout, 'data')
  return child.pid
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** It ended with 1 and this one sentence, and nothing else. */
function saysOnly(t: Test, { code, stdout, stderr }: Output, sentence: RegExp): void {
  t.equal(code, 1)
  t.match(stderr, /^bootwright: [^\n]+\n$/, 'one sentence')
  t.match(stderr, sentence)
  t.notMatch(stdout, /"level":[56]0|"ready"/, 'and no error in the log besides')
}

function asNobody(args: readonly string[]): Output {
  const options = { uid: nobody, gid: nobody, encoding: 'utf8', timeout: fileTimeout(1) } as const
  const { status, stdout, stderr } = spawnSync('env', bare(args), options)
  return { code: status, stdout, stderr }
}

/** Why this machine cannot show what happens to a user without rights. */
function whySkipped(): string | false {
  if (process.getuid?.() !== 0) return 'only root can become another user'
  const first = readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').trim()
  if (Number(first) <= 80) return `here every user may have ports from ${first}`
  return asNobody(['--version']).code !== 0 && 'nobody may not read this checkout'
}

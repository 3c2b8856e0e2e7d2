import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { SshConsole } from '../../../src/boot/console.ts'
import { sentenceOf } from '../../../src/boot/words/reason.ts'
import { makeFolder } from '../../folder.ts'
import { connect } from './connect.ts'

const programs = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/ssh-keygen']
const skip =
  !programs.every(file => existsSync(file)) &&
  'needs the packages openssh-server and openssh-client'

const newKey = (file: string) =>
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise(done => server.close(done))
  return port
}

/** A console server: OpenSSH, whose login, or whose command, is the serial port of a machine. */
async function startServer(t: Test) {
  const folder = makeFolder(t)
  for (const name of ['key', 'other', 'host_key']) newKey(join(folder, name))
  writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'key.pub')))
  const port = await freePort()
  const says = `test -t 0 && printf 'firmware %s\\r\\n' "$SSH_ORIGINAL_COMMAND"; stty -echo; while read line; do echo "got $line"; done`
  writeFileSync(join(folder, 'port.sh'), says)
  const settings = [
    ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${folder}/host_key`, 'PidFile none'],
    ...[`AuthorizedKeysFile ${folder}/authorized`, 'StrictModes no', 'UsePAM no', 'UseDNS no'],
    ...['PermitRootLogin yes', `ForceCommand sh ${folder}/port.sh`],
  ]
  writeFileSync(join(folder, 'sshd_config'), `${settings.join('\n')}\n`)
  // Debian's sshd of root wants it, as its unit makes it.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const start = async () => {
    const args = ['-D', '-e', '-f', join(folder, 'sshd_config')]
    const child = spawn('/usr/sbin/sshd', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    t.teardown(() => child.kill('SIGKILL'))
    for await (const piece of child.stderr) if (/listening/.test(String(piece))) break
    return child
  }
  const way: SshConsole = {
    ...{ kind: 'ssh', name: 'obmc', user: userInfo().username, port },
    keyFile: join(folder, 'key'),
  }
  return { way, folder, start, known: join(folder, 'known_hosts') }
}

t.test('a console by SSH: heard, typed at, and its key is kept', { skip }, async t => {
  const { way, folder, start, known } = await startServer(t)
  const closed = await connect(t, way, {}, known).ended
  t.match(sentenceOf(closed), /^ssh has ended: ssh: connect to host .*: Connection refused/)
  const server = await start()
  const one = connect(t, { ...way, run: 'vsp {{ host.name }}' }, { host: { name: 'node1' } }, known)
  await one.heard(/firmware vsp node1\r/)
  one.write(Buffer.from('~.\rroot\r'))
  await one.heard(/got ~\.\s+got root\s/)
  one.end()
  t.match(await one.ended, { code: 'console-ended', program: 'ssh' })
  t.match(readFileSync(known, 'utf8'), /ssh-ed25519/)

  const stranger = connect(t, { ...way, keyFile: join(folder, 'other') }, {}, known)
  t.match(sentenceOf(await stranger.ended), /Permission denied/)

  server.kill('SIGTERM')
  await once(server, 'exit')
  execFileSync('rm', [join(folder, 'host_key')])
  newKey(join(folder, 'host_key'))
  await start()
  const changed = connect(t, way, {}, known)
  t.match(sentenceOf(await changed.ended), /^ssh has ended: Host key verification failed/)
  t.notMatch(changed.text(), 'firmware', 'another server gets nothing')
})

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Login } from '../../../src/boot/host.ts'
import { createLogins, type Logins, makeLogin } from '../../../src/install/ssh/logins.ts'
import { makeOpensshKey } from '../../../src/install/ssh/openssh-key.ts'
import { makeFolder } from '../../folder.ts'

const of = { install: 'i1', attempt: 1 }
const login = (way: 'password' | 'key' | 'own', more = {}) =>
  ({ way, user: 'root', port: 22, ...more }) as const

/** Makes a login and keeps it; what its boot is given. */
function make(logins: Logins, way: Login) {
  const made = makeLogin(way)
  logins.prepare(of, made)
  return made.extras
}

function open(t: Test) {
  const folder = makeFolder(t)
  return { folder, logins: createLogins(join(folder, 'logins')) }
}

t.test('OpenSSH reads our keys', async t => {
  const folder = makeFolder(t)
  for (let n = 0; n < 5; n++) {
    const key = makeOpensshKey()
    writeFileSync(join(folder, `k${n}`), key.privateKey, { mode: 0o600 })
    const read = execFileSync('ssh-keygen', ['-y', '-f', join(folder, `k${n}`)], {
      encoding: 'utf8',
    })
    t.equal(read.trim(), key.publicKey)
  }
})

t.test(
  'a password: its hash goes on the command line, and no loader can take it apart',
  async t => {
    const { logins, folder } = open(t)
    const { args, initrd } = make(logins, login('password'))
    t.equal(initrd, false)
    t.match(args, [/^live\.nixos\.passwordHash=\$6\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{86}$/])
    const sshLogin = logins.sshLogin(of, login('password'), '10.0.0.1')
    t.match(sshLogin, { password: /^[\w-]{24}$/, identityFile: undefined, pinned: false })
    const [, , salt = ''] = args[0]?.split('$') ?? []
    // One in 64 begins with a minus, and would be an option.
    const options = { input: `${sshLogin?.password}\n` }
    const again = execFileSync('openssl', ['passwd', '-6', '-salt', salt, '-stdin'], options)
    t.equal(args[0], `live.nixos.passwordHash=${again.toString().trim()}`, 'it is the hash of it')
    t.strictSame(logins.secrets(of), [sshLogin?.password])
    const modes = ['', '/1'].map(at => statSync(join(folder, `logins/i1${at}`)).mode & 0o777)
    t.strictSame(modes, [0o700, 0o700])
    t.equal(statSync(join(folder, 'logins/i1/1/password')).mode & 0o777, 0o600)
    t.equal(logins.initrd(of), undefined)
  },
)

t.test('a key pair: an archive as restore-remote-access wants it', async t => {
  const { logins, folder } = open(t)
  t.strictSame(make(logins, login('key')), { args: [], initrd: true })
  const bytes = logins.initrd(of)
  t.strictSame(logins.initrd(of), bytes, 'the same bytes')
  const root = join(folder, 'root')
  mkdirSync(root)
  const unpack = (command: readonly string[]) =>
    execFileSync(command[0] ?? '', command.slice(1), { cwd: root, input: bytes, encoding: 'utf8' })
  // Another initrd may end at any byte before it: the kernel finds a raw archive only at a fourth one.
  unpack(['sh', '-c', 'gzip -dc | cpio -idm --quiet'])
  t.strictSame(readdirSync(root).sort(), ['addrs.json', 'routes-v4.json', 'routes-v6.json', 'ssh'])
  for (const file of readdirSync(root).filter(name => name.endsWith('.json'))) {
    t.strictSame(JSON.parse(readFileSync(join(root, file), 'utf8')), [])
  }
  const ssh = (name: string) => readFileSync(join(root, 'ssh', name), 'utf8').trim()
  const publicOf = (file: string) =>
    execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim()
  t.equal(statSync(join(root, 'ssh/ssh_host_ed25519_key')).mode & 0o777, 0o600)
  t.equal(publicOf(join(root, 'ssh/ssh_host_ed25519_key')), ssh('ssh_host_ed25519_key.pub'))
  const sshLogin = logins.sshLogin(of, login('key'), '10.0.0.1')
  t.equal(publicOf(sshLogin?.identityFile ?? ''), ssh('authorized_keys'))
  t.equal(sshLogin?.pinned, true, 'its host key is known before it boots')
  t.equal(logins.hostKey(of), ssh('ssh_host_ed25519_key.pub'))
})

t.test('a host key that is taken down counts when it is pinned, and not before', async t => {
  const { logins } = open(t)
  const own = login('own', { identityFile: '/keys/id' })
  make(logins, own)
  const sshLogin = logins.sshLogin(of, own, '10.0.0.1')
  if (!sshLogin) return t.fail('no login')
  t.match(sshLogin, { identityFile: '/keys/id', pinned: false })
  const tried = logins.unpinned(sshLogin, '10.0.0.1')
  writeFileSync(tried.knownHosts, 'bootwright ssh-ed25519 AAA\n')
  t.equal(logins.hostKey(of), undefined)
  t.equal(
    existsSync(logins.unpinned(sshLogin, '10.0.0.1').knownHosts),
    false,
    'each try begins anew',
  )
  writeFileSync(tried.knownHosts, 'bootwright ssh-ed25519 AAA\n')
  logins.pin(of, tried)
  t.equal(logins.hostKey(of), 'ssh-ed25519 AAA')
  t.equal(logins.sshLogin(of, own, '10.0.0.1')?.pinned, true)
})

t.test(
  'secrets go: with the next attempt, with the install, and what was left is swept',
  async t => {
    const { logins, folder } = open(t)
    logins.prepare(of, makeLogin(login('key')))
    logins.prepare({ ...of, attempt: 2 }, makeLogin(login('key')))
    t.ok(logins.sshLogin(of, login('key'), '10.0.0.1'), 'the other does not boot yet')
    logins.keep({ ...of, attempt: 2 })
    t.equal(logins.sshLogin(of, login('key'), '10.0.0.1'), undefined)
    t.ok(logins.sshLogin({ ...of, attempt: 2 }, login('key'), '10.0.0.1'))
    logins.drop('i1')
    t.strictSame(readdirSync(join(folder, 'logins')), [])
    logins.drop('i1')
    logins.prepare({ install: 'i2', attempt: 1 }, makeLogin(login('key')))
    logins.prepare({ install: 'i3', attempt: 1 }, makeLogin(login('key')))
    logins.sweep(id => id === 'i2')
    t.strictSame(readdirSync(join(folder, 'logins')), ['i3'])
    createLogins(join(folder, 'nowhere')).sweep(() => true)
  },
)

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { formatProblem } from '../../src/config/load.ts'
import { lan, load, right } from './check.ts'

const media = {
  'assets/n/bzImage': '',
  'assets/n/initrd': '',
  'assets/n/netboot.ipxe': 'kernel bzImage init=/nix/store/x/init\n',
}
const nixos = (text: string) => `${lan}profiles: { p: { nixos: n, ${text} } }\n`
const login = (t: Parameters<typeof right>[0], yaml: string) =>
  right(t, yaml, media).profiles.get('p')?.login

t.test('stock NixOS media are entered by a password of the attempt', async t => {
  t.strictSame(login(t, nixos('phoneHome: ssh')), { way: 'password', user: 'root', port: 22 })
})

t.test('a login is made only where it is needed', async t => {
  t.equal(login(t, nixos('attempts: 2')), undefined)
  const deploy = (kind: string) => `${nixos('deploy: c')}callbacks: { c: { ${kind} } }\n`
  t.equal(login(t, deploy('command: { run: ["true"] }')), undefined)
  t.match(login(t, deploy('ssh: { script: ./s }')), { way: 'password' })
  t.match(login(t, deploy('nixosAnywhere: { flake: "a#b" }')), { way: 'password' })
})

t.test('a key of the owner, another user and another port', async t => {
  const yaml = nixos('phoneHome: ssh, identityFile: keys/id, ssh: { user: nixos, port: 2222 }')
  const { profiles, folder } = right(t, yaml, media)
  const own = { way: 'own', identityFile: `${folder}/keys/id`, user: 'nixos', port: 2222 }
  t.strictSame(profiles.get('p')?.login, own)
})

t.test('a host says the port better, and keeps the user', async t => {
  const yaml = `${nixos('phoneHome: ssh, login: key, ssh: { user: me }, expect: { serial: A }')}
hosts: { n: { mac: 52:54:00:00:00:01, profile: p, ssh: { port: 23 }, expect: { disk: { size: 1TB } } } }\n`
  t.match(right(t, yaml, media).hosts.get('n')?.profile, {
    login: { way: 'key', user: 'me', port: 23 },
    expect: { serial: 'A', disk: { size: 1_000_000_000_000 } },
  })
})

t.test('verify by ssh', async t => {
  const yaml = nixos('phoneHome: ssh, verify: { ssh: 15m, address: "{{ host.address }}" }')
  const profile = right(t, yaml, media).profiles.get('p')
  t.strictSame(profile?.verifySsh, { within: 900, address: '{{ host.address }}' })
})

t.test('nixos-anywhere with its defaults', async t => {
  const yaml = `${nixos('deploy: c')}callbacks: { c: { nixosAnywhere: { storePaths: [./d, ./s], extraFiles: e, timeouts: { disko: 5m } } } }\n`
  const { profiles, folder } = right(t, yaml, media)
  t.match(profiles.get('p')?.deploy, {
    kind: 'nixosAnywhere',
    source: { disko: './d', system: './s' },
    extraFiles: 'e',
    phases: ['disko', 'install', 'reboot'],
    cwd: folder,
    timeout: 7200,
    timeouts: { build: 3600, disko: 300, reboot: 600 },
  })
})

t.test('how many work at once', async t => {
  t.equal(right(t, lan).parallel, 8)
  t.equal(right(t, `${lan}installs: { parallel: 2 }\n`).parallel, 2)
})

t.test('a program that is missing stops only the hosts that need it', async t => {
  const { PATH } = process.env
  t.teardown(() => {
    process.env.PATH = PATH
  })
  const bin = mkdtempSync('/tmp/bootwright-bin-')
  t.teardown(() => rmSync(bin, { recursive: true }))
  writeFileSync(`${bin}/ssh`, '', { mode: 0o755 })
  process.env.PATH = bin
  const yaml = `${lan}profiles:
  p: { nixos: n, deploy: c }
  q: { kernel: n/bzImage, phoneHome: ssh, login: key }
hosts:
  a: { mac: 52:54:00:00:00:01, profile: p }
  b: { mac: 52:54:00:00:00:02, profile: q }
callbacks: { c: { nixosAnywhere: { flake: "a#b" } } }
`
  const { problems } = load(t, yaml, media)
  const lacks = problems.filter(({ message }) => message.startsWith('there is no program'))
  t.match(lacks, [
    { path: 'profiles.p.deploy', message: '"sshpass" in PATH; get it with `apt install sshpass`' },
    { message: '"openssl"' },
    { message: '"nixos-anywhere" in PATH; get it with `nix profile install' },
    { message: '"nix" in PATH' },
  ])
  for (const lack of lacks) t.match(lack, { severity: 'warning', hosts: ['a'] })
})

t.test('the system that runs on a host, and its key', async t => {
  const of = (running: string) =>
    `${nixos('attempts: 2')}hosts: { n: { mac: 52:54:00:00:00:01, profile: p, running: { ${running} } } }\n`
  const { hosts, folder } = right(t, of('identityFile: key'), { ...media, key: '' })
  const usual = { user: 'root', port: 22, identityFile: `${folder}/key` }
  t.strictSame(hosts.get('n')?.running, usual)
  const all = 'user: debian, port: 2222, identityFile: key, address: 10.77.0.9'
  const all4 = right(t, of(all), media).hosts.get('n')?.running
  t.match(all4, { user: 'debian', port: 2222, address: 0x0a4d0009 })
  const problems = (running: string) =>
    load(t, of(running), media).problems.map(
      problem => `${problem.severity} ${formatProblem('c', problem)}`,
    )
  t.match(problems('identityFile: key'), [
    /^warning .*hosts\.n\.running\.identityFile: .*key does not exist yet/,
  ])
  t.match(problems('user: debian'), [/^error .*hosts\.n\.running: .*identityFile/])
  t.match(problems('identityFile: key, user: "-oX"').at(-1), /^error .*hosts\.n\.running\.user: /)
})

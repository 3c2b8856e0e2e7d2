import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { NixosOptions } from '../../../src/boot/install.ts'
import { nixosArgs, nixosStep } from '../../../src/install/ssh/nixos-args.ts'
import { remoteScript } from '../../../src/install/ssh/remote-script.ts'
import { shellWord, sshCommand } from '../../../src/install/ssh/ssh-command.ts'

const sshLogin = {
  address: '10.77.0.20',
  port: 22,
  user: 'root',
  knownHosts: '/var/lib/b w/known_hosts',
  pinned: true,
}
const timeouts = { build: 1, connect: 2, facts: 3, kexec: 4, disko: 5, install: 6, reboot: 7 }
const options: NixosOptions = {
  source: { flake: 'github:me/infra#node1' },
  diskEncryptionKeys: {},
  phases: ['disko', 'install', 'reboot'],
  extraArgs: [],
  timeouts,
}
const line = (more: Partial<NixosOptions>, at: object = {}, tunnel?: string) =>
  nixosArgs({ ...options, ...more }, { ...sshLogin, ...at }, '/x', tunnel).join(' ')

t.test('the arguments of nixos-anywhere', async t => {
  const rows = {
    'a flake and a password': [
      line({}),
      '--phases disko,install,reboot --flake github:me/infra#node1 --env-password --ssh-port 22 --extra-files /x --target-host root@10.77.0.20',
    ],
    'a tunnel': [
      line({}, {}, '/y'),
      '--phases disko,install,reboot --flake github:me/infra#node1 --env-password --ssh-port 22 --ssh-option ProxyCommand=/y --extra-files /x --target-host root@10.77.0.20',
    ],
    'store paths and a key': [
      line(
        { source: { disko: '/nix/store/d', system: '/nix/store/s' } },
        { identityFile: '/k', port: 2222 },
      ),
      '--phases disko,install,reboot --store-paths /nix/store/d /nix/store/s -i /k --ssh-port 2222 --extra-files /x --target-host root@10.77.0.20',
    ],
    'everything else': [
      line(
        {
          identityFile: '/other',
          kexec: 'https://x/k.tar.gz',
          phases: ['kexec', 'disko'],
          buildOn: 'remote',
          diskEncryptionKeys: { '/tmp/a': '/keys/a', '/tmp/b': '/keys/b' },
          extraArgs: ['--no-substitute-on-destination', '--option', 'a b', 'c'],
          sshPort: 24,
          postKexecSshPort: 25,
        },
        { identityFile: '/k', user: 'nixos' },
      ),
      '--phases kexec,disko --flake github:me/infra#node1 -i /other --ssh-port 24 --post-kexec-ssh-port 25 --kexec https://x/k.tar.gz --build-on remote --extra-files /x --disk-encryption-keys /tmp/a /keys/a --disk-encryption-keys /tmp/b /keys/b --no-substitute-on-destination --option a b c --target-host nixos@10.77.0.20',
    ],
  }
  for (const [what, [found, wanted]] of Object.entries(rows)) t.equal(found, wanted, what)
})

t.test('the steps of nixos-anywhere', async t => {
  const rows: readonly (readonly [line: string | undefined, seconds: number | undefined])[] = [
    [undefined, 1],
    ['### Uploading install SSH keys ###', 2],
    ['### Gathering machine facts ###', 3],
    ['### Switching system into kexec ###', 4],
    ['### Building the system closure ###', 1],
    ['### Uploading the system closure ###', 1],
    ['### Formatting hard drive with disko ###', 5],
    ['### Installing NixOS ###', 6],
    ['### Rebooting ###', 7],
    ['### Waiting for the machine to become unreachable due to reboot ###', 7],
    ['### Uploading /keys/a to /tmp/a ###', undefined],
    ['### Done! ###', undefined],
    ['Installing NixOS', undefined],
    ['# ### Installing NixOS ###', undefined],
  ]
  for (const [said, seconds] of rows) {
    t.equal(nixosStep(said, timeouts)?.timeout, seconds, said ?? 'the start')
  }
  t.equal(nixosStep('### Installing NixOS ###', timeouts)?.name, '"Installing NixOS"')
})

t.test('ssh with a password: it is in the environment and nowhere else', async t => {
  const { run, env } = sshCommand({ ...sshLogin, password: 'secret' }, ['sh'])
  t.strictSame(env, { SSHPASS: 'secret' })
  t.strictSame(run.slice(0, 6), ['sshpass', '-e', 'ssh', '-F', '/dev/null', '-T'])
  t.notMatch(run.join(' '), 'secret')
  t.ok(run.includes('UserKnownHostsFile="/var/lib/b w/known_hosts"'))
  t.ok(run.includes('StrictHostKeyChecking=yes'))
  t.strictSame(run.slice(-2), ['root@10.77.0.20', 'sh'])
})

t.test('ssh with a key: nobody is asked anything', async t => {
  const { run, env } = sshCommand({ ...sshLogin, identityFile: '/k', pinned: false }, ['sh'])
  t.strictSame(env, {})
  t.equal(run[0], 'ssh')
  for (const word of ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=accept-new'])
    t.ok(run.includes(word), word)
  t.strictSame(
    execFileSync('ssh', ['-G', ...run.slice(1, -2), 'x']).length > 0,
    true,
    'ssh takes it',
  )
})

t.test('a shell word means only itself', async t => {
  for (const word of ["it's", '$HOME `id` "x" \\', 'a\nb', '', '-n', "''"]) {
    const said = execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })
    t.equal(said, word)
  }
})

const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
const remote = (text: string, more: Partial<Parameters<typeof remoteScript>[0]> = {}) =>
  remoteScript({ text, args: [], vars: {}, bootId, mark: 'END', ...more })
const play = (input: string) => execFileSync('sh', [], { input, encoding: 'utf8' })

t.test('a script on the machine: its arguments, variables and interpreter', async t => {
  const words = ["a'b $HOME", '-n']
  const vars = { DISK: "/dev/x'y", TWO: 'a\nb' }
  const said = play(remote('printf "%s|" "$@" "$DISK" "$TWO"', { args: words, vars }))
  t.equal(said, "a'b $HOME|-n|/dev/x'y|a\nb|")
  t.equal(
    play(remote('#!/bin/bash\necho $BASHPID-$0\n')).replace(/\d+/, 'N').slice(0, 18),
    'N-/tmp/bootwright-',
  )
  t.equal(play(remote('cat; echo read')), 'read\n', 'its stdin is not the script')
})

t.test('its exit code, and nothing on another boot', async t => {
  t.equal(spawnSync('sh', [], { input: remote('exit 7') }).status, 7)
  const input = remote('echo never', { bootId: 'x' })
  const { status, stdout, stderr } = spawnSync('sh', [], { input, encoding: 'utf8' })
  t.strictSame([status, stdout], [1, ''])
  t.match(stderr, 'this is another boot than the one that proved itself')
})

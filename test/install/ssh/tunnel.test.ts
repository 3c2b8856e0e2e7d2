import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { writeTunnel } from '../../../src/install/ssh/tunnel.ts'
import { makeFolder } from '../../folder.ts'

const sshLogin = {
  ...{ address: '10.77.0.20', port: 2222, user: 'nixos', knownHosts: '/hosts', pinned: true },
  password: "it's secret",
}

/** Writes a tunnel and runs it where `ssh` says this boot id and notes how it is called. */
function through(folder: string, bootId: string) {
  const file = join(folder, 'tunnel')
  writeTunnel(file, sshLogin, 22, 'the-boot')
  const sshpass = `#!/bin/sh
case "$*" in *boot_id) cat; echo ${bootId} ;; *) echo "$SSHPASS|$*"; cat ;; esac
`
  writeFileSync(join(folder, 'sshpass'), sshpass)
  chmodSync(join(folder, 'sshpass'), 0o755)
  const env = { PATH: `${folder}:/usr/bin:/bin` }
  return spawnSync(file, [], { input: 'what ssh says', env, encoding: 'utf8' })
}

t.test('to the boot that proved itself, its host key checked', async t => {
  const folder = makeFolder(t)
  const { status, stdout } = through(folder, 'the-boot')
  t.equal(status, 0)
  const [said = '', rest] = stdout.split('\n')
  t.match(said, /^it's secret\|-e ssh .* StrictHostKeyChecking=yes .* nixos@10\.77\.0\.20 -W 10/)
  t.match(said, /-p 2222 .* UserKnownHostsFile="\/hosts" .* -W 10\.77\.0\.20:22$/)
  t.equal(rest, 'what ssh says', 'all of it')
  t.notMatch(said.split('|')[1], 'secret')
  t.equal(statSync(join(folder, 'tunnel')).mode & 0o777, 0o700)
})

t.test('to no other boot', async t => {
  const { status, stdout, stderr } = through(makeFolder(t), 'another')
  t.strictSame([status, stdout], [1, ''])
  t.match(stderr, 'this is another boot than the one that proved itself')
})

t.test('a path that ssh or nix would cut is refused', async t => {
  const folder = makeFolder(t, { 'a b': {} })
  const file = join(folder, 'a b', 'tunnel')
  t.throws(() => writeTunnel(file, sshLogin, 22, 'x'), { message: /dataDir without spaces/ })
  t.notOk(existsSync(file))
})

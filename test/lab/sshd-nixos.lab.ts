import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { labObstacle } from './packages.ts'
import { openSite, type Site } from './sshd-site.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(5))

const config = (profile = '') => `
profiles:
  p: { nixos: nixos, phoneHome: ssh, deploy: anywhere ${profile} }
callbacks:
  anywhere: { nixosAnywhere: { flake: "/srv/infra#{{ host.name }}", extraFiles: "extra/{{ host.name }}" } }
`

/**
 * Writes how it was called beside itself, and works on the machine as its options say; what it really
 * does there is for the machines of the lab.
 */
const standIn = `#!/bin/bash
set -eu
here=$(dirname "$0")
printf '%s\\n' "$@" > "$here/args"
env > "$here/env"
{ tty || true; cat; ps -o sid= -p $$; echo $$; } > "$here/stdin"
for last; do :; done
identity=() login=(sshpass -e)
while [ $# -gt 0 ]; do
  case $1 in
    -i) identity=(-i "$2"); login=() ;;
    --extra-files) ls -ld "$2" "$2"/etc/bootwright "$2"/etc/bootwright/phone-home > "$here/modes"
      cp -a "$2" "$here/extra" ;;
  esac
  shift
done
on() { "\${login[@]}" ssh -T "\${identity[@]}" -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no "$last" "$@"; }
echo '### Gathering machine facts ###'
on true
echo "### Formatting hard drive with disko ###"
echo "password \${SSHPASS:-none}"
on "echo wiped >> $here/../disk"
echo '### Installing NixOS ###'
echo '### Rebooting ###'
echo '### Done! ###'
`

async function open(t: Test, text: string): Promise<Site> {
  const site = await openSite(t, text, { path: 'bin' })
  site.write('bin/nixos-anywhere', standIn, 0o755)
  site.write('bin/nix', '#!/bin/sh\n', 0o755)
  site.write('extra/node1/etc/motd', 'welcome\n', 0o644)
  return site
}
const read = (site: Site, name: string) => readFileSync(join(site.folder, 'bin', name), 'utf8')

for (const login of ['password', 'key'] as const) {
  t.test(`nixos-anywhere with login: ${login}`, { skip }, async t => {
    const site = await open(t, config(`, login: ${login}`))
    await site.boot()
    await site.until('installed')
    t.equal(readFileSync(join(site.folder, 'disk'), 'utf8'), 'wiped\n')

    const args = read(site, 'args').trim().split('\n')
    t.strictSame(args.slice(0, 4), [
      '--phases',
      'disko,install,reboot',
      '--flake',
      '/srv/infra#node1',
    ])
    t.equal(args.at(-1), 'root@10.77.0.20')
    const env = Object.fromEntries(
      read(site, 'env')
        .split('\n')
        .map(line => line.split(/=(.*)/s) as [string, string]),
    )
    const isPassword = login === 'password'
    t.equal(args.includes('--env-password'), isPassword)
    t.equal(args.includes('-i'), !isPassword)
    t.equal(/^[\w-]{24}$/.test(env.SSHPASS ?? ''), isPassword)
    if (isPassword) t.notMatch(args.join(' '), env.SSHPASS ?? 'none')
    t.match(env, { HOME: `${site.folder}/data/home`, BOOTWRIGHT_HOST: 'node1' })
    t.ok(existsSync(`${env.HOME}/.ssh`))

    const [tty, session, pid] = read(site, 'stdin')
      .trim()
      .split('\n')
      .map(line => line.trim())
    t.equal(tty, 'not a tty')
    t.equal(session, pid, 'it leads a session of its own, and read nothing')

    const modes = read(site, 'modes')
      .trim()
      .split('\n')
      .map(line => line.slice(0, 10))
    t.strictSame(modes, ['drwxr-xr-x', 'drwxr-xr-x', '-rw-------'], 'the rights of the new /')
    t.equal(read(site, 'extra/etc/motd'), 'welcome\n')
    t.match(
      read(site, 'extra/etc/bootwright/phone-home'),
      /^http:\/\/10\.77\.0\.1:8080\/phone-home\/\S+\n$/,
    )

    const output = await site.timeline('output')
    t.ok(output.includes(isPassword ? 'password ***' : 'password none'), 'secrets are masked')
    t.match(output.join('\n'), '### Done! ###')
  })
}

t.test('without the program nobody can be asked to be installed by it', { skip }, async t => {
  const site = await openSite(t, config())
  const asked = await site.daemon.cli(['install', 'node1', '--yes'])
  t.equal(asked.code, 1)
  t.match(
    asked.stderr + asked.stdout,
    'there is no program "nixos-anywhere" in PATH; get it with `nix profile',
  )
  const warned = site.daemon.log.find(({ msg }) => msg?.includes('no program "nixos-anywhere"'))
  t.match(warned, { msg: /warning: there is no program/ }, 'said at the start')
})

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { run } from './command.ts'
import { labObstacle } from './packages.ts'
import { openSite, type Site } from './sshd-site.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(5))

const rest = `
profiles: { p: { nixos: nixos, phoneHome: ssh, login: password, deploy: by-hand } }
callbacks: { by-hand: { ssh: { script: ./install.sh, env: { DISK: "{{ host.vars.disk }}" } } } }
`
const ask = ['install', 'node1', '--by', 'kexec', '--yes']

/** A kexec that writes how it was called, and ends its machine. */
const kexec = (folder: string) => `#!/bin/sh
case "$1" in
  --load) printf '%s\\n' "$@" > ${folder}/kexec-args ;;
  --exec) kill 1 ;;
esac
`

/** Boots a system on node1 that lets in the key of its \`running\`, and has kexec. */
async function runSystem(site: Site): Promise<void> {
  const key = join(site.folder, 'running-key')
  if (!existsSync(key)) await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key])
  await site.node1.bootSystem('root=/dev/vda1', readFileSync(`${key}.pub`, 'utf8').trim())
  const file = join(site.node1.folder, 'bin/kexec')
  writeFileSync(file, kexec(site.node1.folder))
  chmodSync(file, 0o755)
}

t.test('the system that runs there boots the installer', { skip }, async t => {
  const running = ', running: { identityFile: running-key, address: 10.77.0.20 }'
  const site = await openSite(t, rest, { host: running })
  site.write('install.sh', '#!/bin/sh\necho installed > "$DISK"\n')
  await runSystem(site)
  const { code, stderr } = await site.daemon.cli(ask)
  t.equal(code, 0, stderr)
  await site.told(/^its system boots the installer, for attempt 1 \(kexec\)/)
  const words = readFileSync(join(site.node1.folder, 'kexec-args'), 'utf8').split('\n')
  const line = words.find(word => word.startsWith('--command-line='))?.slice(15) ?? ''
  t.match(line, /bootwright=http:\/\/10\.77\.0\.1:8080\/phone-home\/\S+/)
  t.equal(await site.state(), 'booting')
  t.notOk(existsSync(join(site.folder, 'data/running/node1')), 'its key goes with it')
  await site.node1.bootInstaller({ text: '', cmdline: line, initrds: [] })
  await site.until('installed')
  t.equal(readFileSync(site.node1.disk, 'utf8'), 'installed\n')
  t.match((await site.timeline('script')).at(0), /^kexec script: node1 installs p, attempt 1/)
})

t.test('another machine, and a system that cannot, are refused', { skip }, async t => {
  const elsewhere = ', running: { identityFile: running-key, address: 10.77.0.21 }'
  const site = await openSite(t, rest, { host: elsewhere })
  await runSystem(site)
  const publicKey = readFileSync(join(site.folder, 'running-key.pub'), 'utf8').trim()
  await site.node2.bootSystem('root=/dev/vda1', publicKey)
  t.equal((await site.daemon.cli(ask)).code, 0)
  await site.told(/not started for attempt 1 \(kexec\): is another machine: it has /)
  t.equal(await site.state(), 'pending')
  t.match(
    (await site.daemon.cli(['install', 'node2', '--by', 'kexec', '--yes'])).stderr,
    /running:/,
  )

  site.configure('')
  const config = readFileSync(join(site.folder, 'config.yaml'), 'utf8')
  site.write('config.yaml', config.replace('10.77.0.21 }', '10.77.0.20 }') + rest)
  t.equal((await site.daemon.cli(['reload'])).code, 0)
  for (const name of ['curl', 'wget']) {
    const file = join(site.node1.folder, 'bin', name)
    writeFileSync(file, '#!/bin/sh\necho "no route to the server" >&2\nexit 7\n')
    chmodSync(file, 0o755)
  }
  t.equal((await site.daemon.cli([...ask, '--replace'])).code, 0)
  await waitUntil('its refusal', 40, async () => {
    return (await site.timeline()).find(text => /kexec\): .*cannot be fetched/.test(text))
  })
  t.equal(await site.state(), 'pending', 'no attempt was opened')
})

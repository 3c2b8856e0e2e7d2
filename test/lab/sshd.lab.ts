import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { labObstacle } from './packages.ts'
import { openSite } from './sshd-site.ts'

const obstacle = (await labObstacle()) ?? false
t.setTimeout(300_000)

const byHand = `
callbacks:
  by-hand: { ssh: { script: ./install.sh, args: ["{{ host.name }} it's $HOME"], env: { DISK: "{{ host.vars.disk }}" } } }
`
const profile = (text: string) =>
  `profiles: { p: { nixos: nixos, phoneHome: ssh, ${text} } }\n${byHand}`
const script = `#!/bin/sh
{ echo "args $*"; echo "host $BOOTWRIGHT_HOST at $BOOTWRIGHT_ADDRESS"; } > "$DISK"
echo "home is $BOOTWRIGHT_PHONE_HOME"
`

for (const login of ['password', 'key']) {
  t.test(`login: ${login}`, { skip: obstacle }, async t => {
    const site = await openSite(t, profile(`login: ${login}, deploy: by-hand`))
    site.write('install.sh', script)
    await site.ask()
    const given = await site.node1.fetchScript()
    t.strictSame(await site.node1.fetchScript(), given, 'the same boot, the same bytes')
    await site.node1.bootInstaller(given)
    await site.until('installed')
    t.strictSame(readFileSync(site.node1.disk, 'utf8').split('\n'), [
      "args node1 it's $HOME",
      'host node1 at 10.77.0.20',
      '',
    ])
    t.match(await site.timeline('ssh'), [/^10\.77\.0\.20 has proved itself: /])
    t.match(await site.timeline('output'), ['home is http://10.77.0.1:8080/phone-home/***'])
    t.strictSame(readdirSync(site.logins), [], 'its secrets are destroyed')
    const { host } = (await site.daemon.api('/api/v1/hosts/node1')).body
    t.match(host.facts, {
      disks: [{ name: '/dev/vda', size: 20_480_000_000, model: 'LAB DISK', serial: 'D-1' }],
      nics: [{ name: 'eth0', mac: site.node1.mac }],
    })
  })
}

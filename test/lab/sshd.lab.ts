import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labObstacle } from './packages.ts'
import { openSite } from './sshd-site.ts'

const obstacle = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(5))

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
    const [url] = given.initrds.filter(initrd => initrd.includes('/logins/'))
    t.equal(url !== undefined, login === 'key')
    if (url !== undefined) {
      t.equal(given.initrds.at(-1), url, 'the last initrd')
      t.equal((await site.node2.ask(url)).status, 403, 'for the machine only')
      await site.told(/^the login of node1 was asked for by 10\.77\.0\.21/)
      t.equal((await site.node1.ask(`${url}x`)).status, 404)
    }
    await site.node1.bootInstaller(given)
    await site.until('installed')
    if (url !== undefined) t.equal((await site.node1.ask(url)).status, 404, 'it is gone')
    t.strictSame(readFileSync(site.node1.disk, 'utf8').split('\n'), [
      "args node1 it's $HOME",
      'host node1 at 10.77.0.20',
      '',
    ])
    t.match((await site.timeline('ssh')).at(-1), /^10\.77\.0\.20 has proved itself: /)
    t.match(await site.timeline('output'), ['home is http://10.77.0.1:8080/phone-home/***'])
    t.strictSame(readdirSync(site.logins), [], 'its secrets are destroyed')
    const { host } = (await site.daemon.api('/api/v1/hosts/node1')).body
    t.match(host.facts, {
      disks: [{ name: '/dev/vda', size: 20_480_000_000, model: 'LAB DISK', serial: 'D-1' }],
      nics: [{ name: 'eth0', mac: site.node1.mac }],
    })
  })
}

t.test('a machine that has IPv6 alone', { skip: obstacle }, async t => {
  const site = await openSite(t, profile('login: key, deploy: by-hand'), { family: 6 })
  site.write('install.sh', script)
  await site.ask()
  const given = await site.node1.fetchScript()
  t.match(given.cmdline, /bootwright=http:\/\/\[2001:db8:77::1\]:8080\//)
  await site.node1.bootInstaller(given)
  await site.until('installed')
  t.match(readFileSync(site.node1.disk, 'utf8'), 'host node1 at 2001:db8:77::20\n')
  t.match((await site.timeline('ssh')).at(-1), /^2001:db8:77::20 has proved itself: /)
  t.match(await site.timeline('output'), ['home is http://[2001:db8:77::1]:8080/phone-home/***'])
})

t.test(
  'an agent says ready, and the machine proves itself all the same',
  { skip: obstacle },
  async t => {
    const agent = profile('deploy: by-hand, expect: { disk: { name: /dev/vda } }')
    const site = await openSite(t, agent.replace('phoneHome: ssh', 'phoneHome: agent'))
    site.write('install.sh', script)
    await site.ask()
    const given = await site.node1.fetchScript()
    await site.node1.bootInstaller(given)
    t.equal(await site.state(), 'booting', 'it is not looked for')
    const url = /bootwright=(\S+)/.exec(given.cmdline)?.[1] ?? ''
    const facts = { disks: [{ name: '/dev/vda', size: 1000 }], hardware: '{ nix }' }
    const said = await site.node1.ask(url, JSON.stringify({ event: 'ready', facts }))
    t.equal(said.status, 204)
    await site.until('installed')
    t.match(readFileSync(site.node1.disk, 'utf8'), 'host node1 at 10.77.0.20')
  },
)

t.test('an agent that tells of another disk', { skip: obstacle }, async t => {
  const agent = profile('deploy: by-hand, expect: { disk: { name: /dev/vda } }')
  const site = await openSite(t, agent.replace('phoneHome: ssh', 'phoneHome: agent'))
  site.write('install.sh', script)
  await site.ask()
  const given = await site.node1.fetchScript()
  await site.node1.bootInstaller(given)
  const url = /bootwright=(\S+)/.exec(given.cmdline)?.[1] ?? ''
  const facts = { disks: [{ name: '/dev/sda', size: 1000 }] }
  await site.node1.ask(url, JSON.stringify({ event: 'ready', facts }))
  await site.until('failed')
  t.match(
    await site.why(),
    'it is not what the config expects: no disk is /dev/vda: it has /dev/sda',
  )
})

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { attempt } from './command.ts'
import { main } from './daemon.ts'
import { startForeignDhcp } from './foreign-dhcp.ts'
import { createNetwork, type Network } from './network.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(3))

/** `bootwright ARGS` on a computer of the link, in an empty folder that is its home. */
function inFolder(t: Test, namespace: string) {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-init-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const home = ['env', `--chdir=${folder}`, `HOME=${folder}`]
  const run = (...args: string[]) =>
    attempt(['ip', 'netns', 'exec', namespace, ...home, process.execPath, main, ...args])
  return { folder, run, config: () => readFileSync(join(folder, 'bootwright.yaml'), 'utf8') }
}

async function network(t: Test): Promise<Network> {
  const made = await createNetwork()
  t.teardown(() => made.remove())
  return made
}

t.test('at a home router', { skip }, async t => {
  const lan = await network(t)
  const { namespace } = await lan.addPeer('10.77.0.9')
  await startForeignDhcp(lan, '10.77.0.2')
  const { folder, run, config } = inFolder(t, namespace)
  const { code, stdout } = await run('init', '--yes')
  t.equal(code, 0)
  t.match(stdout, 'eth0: 10.77.0.9 in 10.77.0.0/24; 10.77.0.2 gives addresses')
  t.match(config(), /interface: eth0 .*\n +mode: proxy # the DHCP server 10\.77\.0\.2 gives/)
  t.equal(statSync(join(folder, 'data/admin-token')).mode & 0o777, 0o600)
  t.ok(existsSync(join(folder, '.config/bootwright/token')))
  const [, ...next] = stdout.slice(stdout.indexOf('next:')).trim().split('\n')
  const [check = ''] = next
  const checked = await run(...check.trim().split(' ').slice(1))
  t.match(checked, { code: 0, stdout: /good/ }, 'the next command works as it is written')
  const before = config()
  t.match(await run('init', '--yes'), { code: 1, stderr: /nothing is ever overwritten/ })
  t.equal(config(), before)
})

t.test('in a rack of its own', { skip }, async t => {
  const lan = await network(t)
  const { namespace } = await lan.addPeer('10.77.0.9')
  const { folder, run, config } = inFolder(t, namespace)
  t.match(await run('init', '--yes', '--mode', 'both'), { code: 2 })
  t.match(await run('init', '--yes', '--mode', 'server', '--range', '10.1.0.1-10.1.0.9'), {
    code: 2,
  })
  const { code, stdout } = await run('init', '--yes', '--mode', 'server')
  t.match([code, stdout], [0, /nobody gives addresses/])
  t.match(config(), /mode: server .*\n +range: 10\.77\.0\.128-10\.77\.0\.254\n/)
  const elsewhere = ['init', '--yes', '--mode', 'server', '--config']
  t.match(await run(...elsewhere, 'etc/bootwright/config.yaml'), { code: 0 }, 'makes the folder')
  t.ok(existsSync(join(folder, 'etc/bootwright/config.yaml')))
  t.match(await run(...elsewhere, 'bootwright.yaml/config.yaml'), {
    code: 1,
    stderr: /^bootwright init: \w+: .*bootwright\.yaml': `sudo`, or other folders\?$/m,
  })
})

t.test('with two interfaces', { skip }, async t => {
  const lan = await network(t)
  const { namespace } = await lan.addPeer('10.77.0.9')
  const inside = ['ip', 'netns', 'exec', namespace, 'ip']
  await attempt([...inside, 'link', 'add', 'rack0', 'type', 'veth', 'peer', 'name', 'rack1'])
  await attempt([...inside, 'address', 'add', '10.99.0.1/24', 'dev', 'rack0'])
  for (const end of ['rack0', 'rack1']) await attempt([...inside, 'link', 'set', end, 'up'])
  const { run, config } = inFolder(t, namespace)
  t.match(await run('init', '--yes'), { code: 2, stderr: /--interface, one of eth0, rack0/ })
  t.match(await run('init', '--yes', '--interface', 'rack9'), { code: 1, stderr: /eth0, rack0/ })
  t.match(await run('init', '--yes', '--interface', 'rack0'), { code: 0 })
  t.match(config(), '10.99.0.0/24 on rack0')
})

import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import type { PowerResult } from '../../src/api/power.ts'
import { printable } from '../../src/base/printable.ts'
import { badBmcs, endlessBmcs } from '../power/bad-bmcs.ts'
import { startBmc, startBmcs } from '../power/redfish-service.ts'
import { openDhcpWire } from './client.ts'
import { startDaemon, until } from './daemon.ts'
import { ask, makeMachine, show, timeline, untilTold } from './machine.ts'
import { debian, mac1 } from './settings.ts'

t.test('an override that is ignored: the install fails and names the cause', async t => {
  const bmc = await startBmc(t, { forgets: true })
  const redfish = { user: 'admin', passwordFile: `${bmc.folder}/password`, port: bmc.port }
  const power = { by: 'bmc', address: '127.0.0.1', post: '2s' }
  const daemon = await startDaemon(t, {
    power: { bmc: { redfish } },
    profiles: { debian: { ...debian, callbacks: [] } },
    hosts: { node1: { mac: mac1, profile: 'debian', power } },
    callbacks: {},
  })
  await ask(daemon, 'node1')
  const host = await until('its failure', async () => {
    const { host } = await show(daemon, 'node1')
    return host.state === 'failed' && host
  })
  const cause =
    'it took the next boot from the network and shows BootSourceOverrideEnabled Disabled now: it may boot its disk'
  t.equal(host.why, `started, and no DHCP DISCOVER came from it within 2 s: ${cause}`)
  const resets = bmc.changes.filter(change => change.startsWith('POST'))
  t.match(resets, [/"On"/, /"ForceOff"/, /"On"/], 'once more by off and on, and no third time')
  const told = await timeline(daemon, 'node1')
  t.ok(told.includes(`switched on to boot from its network, for attempt 1 (bmc); ${cause}`))
})

t.test('an install by media: its image is in the drive as long as it takes', async t => {
  const bmc = await startBmc(t)
  const redfish = { user: 'admin', passwordFile: `${bmc.folder}/password`, port: bmc.port }
  const power = { by: 'bmc', address: '127.0.0.1' }
  const daemon = await startDaemon(t, {
    power: { bmc: { redfish }, plug: { command: { on: ['true'], off: ['true'] } } },
    profiles: { debian: { ...debian, callbacks: [] } },
    hosts: {
      node1: { mac: mac1, profile: 'debian', power },
      node2: { mac: '52:54:00:00:00:02', profile: 'debian', power: { by: 'plug' } },
      node3: { mac: '52:54:00:00:00:03', profile: 'debian' },
    },
    callbacks: {},
  })
  const install = (host: string) => daemon.cli('install', host, '--by', 'media', '--yes')
  t.match((await install('node1')).stderr, /there is no image .*: bootwright media .*media\.iso$/m)
  t.match((await install('node2')).stderr, /by `redfish` alone, and plug is another way/)
  t.match((await install('node3')).stderr, /the config knows no way to its power/)
  daemon.write('assets/media.iso', 'for all')
  daemon.write('assets/media/node1.iso', 'its own')
  t.equal((await install('node1')).code, 0)
  const { disc, boot } = bmc.machine
  await until('its image', () => disc.inserted)
  const image = disc.image ?? ''
  t.match(image, /^http:\/\/127\.0\.0\.1:\d+\/assets\/media\/node1\.iso$/)
  t.equal(await (await fetch(image)).text(), 'its own')
  await untilTold(
    daemon,
    'node1',
    /^switched on to boot from the image in its drive, for attempt 1/,
  )
  t.equal(boot.BootSourceOverrideTarget, 'Cd')
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), mac1)
  await machine.lease()
  await machine.script()
  await machine.phoneHome('ready')
  await machine.phoneHome('done')
  t.ok(disc.inserted, 'until it is installed')
  await machine.phoneHome('up')
  await untilTold(daemon, 'node1', /^the image is taken out of its drive \(bmc\)$/)
  t.equal(disc.inserted, false)

  await daemon.kill()
  Object.assign(disc, { image, inserted: true })
  await daemon.start()
  await until('the image that an earlier run has left', () => !disc.inserted)
})

const many = 200
/** Each BMC has an address of its own. */
const addressOf = (n: number) => `127.0.3.${n}`

/** Takes connections and says nothing, not even who it is. */
async function startMute(t: Test): Promise<number> {
  const server = createServer(socket => socket.on('error', () => {}))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

t.test(`${many} BMCs of which some are dead, slow or wrong: each has its own sentence`, async t => {
  const bad = [...badBmcs, ...endlessBmcs]
  const slow = bad.length + 1
  const { port, folder, sessions } = await startBmcs(t, address => {
    const n = Number(address.split('.').at(-1))
    const answer = bad[n - 1]?.answer
    if (answer) return { answer }
    return n === slow ? { slow: 2000 } : {}
  })
  const redfish = { user: 'admin', passwordFile: `${folder}/password`, port }
  const hostOf = (n: number, by = 'bmc') => ({
    ...{ mac: `52:54:00:00:01:${n.toString(16).padStart(2, '0')}`, tags: ['lab'] },
    power: { by, address: addressOf(n) },
  })
  const hosts = Array.from({ length: many }, (_, n) => [`node${n + 1}`, hostOf(n + 1)] as const)
  const daemon = await startDaemon(t, {
    power: {
      bmc: { redfish },
      wrong: { redfish: { ...redfish, passwordFile: `${folder}/wrong` } },
      gone: { redfish: { ...redfish, port: 9 } },
      mute: { redfish: { ...redfish, port: await startMute(t) } },
    },
    profiles: {},
    hosts: {
      ...Object.fromEntries(hosts),
      ...{ node20: hostOf(20, 'wrong'), node21: hostOf(21, 'gone') },
      node22: { ...hostOf(22, 'mute'), power: { by: 'mute', address: '127.0.0.1' } },
    },
    callbacks: {},
  })
  const kept = daemon.write(`data/bmc-certificates/${addressOf(23)}%3A${port}`, 'AA:BB\n')
  const { code, stdout, stderr } = await daemon.cli(
    'power',
    'status',
    '--where',
    'tag=lab',
    '--json',
  )
  t.equal(code, 1, stderr)
  const results: PowerResult[] = JSON.parse(stdout).results
  t.equal(results.length, many)
  const of = (n: number) => results.find(({ host }) => host === `node${n}`)
  const expected = new Map<number, RegExp>([
    ...bad.map(({ sentence }, n) => [n + 1, sentence] as const),
    [20, /refuses the user admin or the password$/],
    [21, /cannot be reached: nothing listens there$/],
    [22, /cannot be reached: it does not answer$/],
    [23, /shows another certificate than before \([0-9A-F:]+ instead of AA:BB\)/],
  ])
  for (let n = 1; n <= many; n++) {
    const sentence = expected.get(n)
    if (!sentence) t.match(of(n), { ok: true, state: 'off', reason: null }, `node${n}`)
    else {
      const { ok, reason } = of(n) ?? {}
      t.notOk(ok)
      t.match(reason, sentence)
      t.equal(printable(reason ?? ''), reason)
      if (n !== 22) t.ok(reason?.startsWith(`${addressOf(n)}:`), 'whose it is')
    }
    t.equal(sessions(addressOf(n)), 0)
  }
  t.equal(readFileSync(kept, 'utf8'), 'AA:BB\n')
})

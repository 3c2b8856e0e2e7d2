import t from 'tap'
import { startBmc } from '../power/redfish-service.ts'
import { startDaemon, until } from './daemon.ts'
import { ask, show, timeline } from './machine.ts'
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
  t.ok(told.includes(`reset to boot from its network, for attempt 1 (bmc); ${cause}`))
})

import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { quickDaemon } from './clients.ts'
import { attempt, run } from './command.ts'
import { createNetwork } from './network.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(1))

/**
 * It forgets what it was offered when it asks for it the first time, so it is told to discover again; its
 * renewals end in an error of its own.
 */
const client = `
  import dhcp from ${JSON.stringify(fileURLToPath(import.meta.resolve('dhcp')))}
  const client = dhcp.createClient({ mac: '52-54-00-00-00-07' })
  client.on('bound', state => {
    console.log(state.address)
    process.exit()
  })
  client.listen(68, '0.0.0.0', () => {
    client.sendDiscover()
    setInterval(() => client.sendDiscover(), 1500)
  })
  setTimeout(() => process.exit(1), ${fileTimeout(0.3)})`

t.test('the npm client gets a lease', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const range = 'interface: br0, mode: server, range: 10.77.0.50-10.77.0.99, rivals: warn'
  const daemon = await quickDaemon(network, `  lab: { ${range} }`).start()
  const { namespace } = await network.addPeer('10.77.0.240')
  const inside = ['ip', 'netns', 'exec', namespace]
  await run([...inside, 'ip', 'route', 'add', 'default', 'dev', 'eth0'])
  const node = ['env', '-i', process.execPath, '--input-type=module', '-e', client]
  const { stdout, stderr } = await attempt([...inside, ...node])
  t.match(stdout, /^10\.77\.0\.[5-9]\d\n$/, stderr)
  const { leases } = (await daemon.api('/api/v1/leases')).body
  t.match(leases, [{ address: stdout.trim(), state: 'active', mac: '52:54:00:00:00:07' }])
  t.equal(await daemon.kill('SIGTERM'), 0)
})

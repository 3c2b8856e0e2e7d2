import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon, udhcpc } from './clients.ts'
import { attempt } from './command.ts'
import { createNetwork } from './network.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(2))

const networks =
  '  lan: { interface: br0, mode: server, range: 10.77.0.50-10.77.0.99, rivals: warn }'

t.test('whoever takes over the address of a host gets nothing of it', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const machine = (await network.addPeer('10.77.0.240')).namespace
  const other = (await network.addPeer('10.77.0.241')).namespace
  const ip = (where: string, ...args: string[]) => attempt(['ip', '-n', where, ...args])
  await ip(machine, 'address', 'flush', 'dev', 'eth0')
  await ip(machine, 'link', 'set', 'eth0', 'address', node1)
  const daemon = await quickDaemon(network, networks).start()
  const address = (await udhcpc(machine))?.ip ?? ''
  t.match(address, /^10\.77\.0\./)
  t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)

  const url = 'http://10.77.0.1:8080'
  const get = async (where: string, path: string) => {
    const curl = ['curl', '-sS', '-w', ' %{http_code}', `${url}${path}`]
    return (await attempt(['ip', 'netns', 'exec', where, ...curl])).stdout
  }
  const move = async (from: string, to: string) => {
    await ip(from, 'address', 'flush', 'dev', 'eth0')
    await ip(to, 'address', 'add', `${address}/24`, 'dev', 'eth0')
  }
  const script = `/boot/${node1}/boot.ipxe`

  await move(other, other)
  t.match(await get(other, script), / 403$/, 'the machine is off, its lease goes on')
  await move(other, machine)
  const own = await get(machine, script)
  t.match(own, /^#!ipxe[\s\S]* 200$/)
  const path = /\/phone-home\/[\w-]+/.exec(own)?.[0] ?? 'no token'
  await move(machine, other)
  t.match(await get(other, `${path}?event=ready`), / 403$/, 'not even by the token')
  await move(other, machine)
  t.match(await get(machine, `${path}?event=ready`), / 204$/)

  const { events } = (await daemon.api('/api/v1/events?host=node1')).body
  const strangers = events.filter(({ kind }: { kind: string }) => kind === 'stranger')
  t.match(strangers[0]?.text, /is [0-9a-f:]{17} now, no card of node1/)
  t.equal(await daemon.kill('SIGTERM'), 0)
})

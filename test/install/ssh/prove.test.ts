import t from 'tap'
import type { Host } from '../../../src/boot/host.ts'
import type { Attempt, Install } from '../../../src/boot/install.ts'
import { bootContext } from '../../../src/install/prepare.ts'
import { addressesToTry, wantedOf } from '../../../src/install/ssh/prove.ts'
import { type Ipv4, type Mac, parseIpv4 } from '../../../src/wire/address.ts'
import { createWorld } from '../world.ts'

const mac = '52:54:00:aa:00:01' as Mac
const [reserved, leased] = ['10.77.0.20', '10.77.0.60'].map(parseIpv4) as [Ipv4, Ipv4]
const slot: Host = {
  name: 'slot7',
  ...{ nics: [], tags: [], vars: {} },
  foundBy: { port: 'LEAF7/Ethernet12', card: { address: reserved } },
}

t.test('a host that had no card when its install was asked for', async t => {
  const { lives, host, memory, ask, boot, place } = await createWorld(t)
  ask()
  boot()
  const { install } = memory.hosts.get(host.name) ?? {}
  const asked = memory.installs.get(install ?? '')
  const opened = memory.installs.currentAttempt(host.name, install)
  if (!asked || !opened) throw new Error(lives.lifeOf(host.name).state)
  const ofSlot: Install = { ...asked, spec: { ...asked.spec, host: slot } }
  const attempt: Attempt = { ...opened, mac, address: leased }
  const deps = { addressesOf: (of: Mac) => (of === mac ? [reserved] : []) }
  t.strictSame(wantedOf(ofSlot, attempt).macs, [mac], 'proves itself by the card that booted')
  t.strictSame(addressesToTry(ofSlot, attempt, deps), [reserved, leased])
  const said = bootContext(ofSlot.spec, { ...attempt, install: 'i' }, place)
  t.strictSame([said.host.mac, said.host.address], [mac, '10.77.0.20'], 'in templates')
})

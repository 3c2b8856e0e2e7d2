import t from 'tap'
import { createDhcpDesk } from '../../src/dhcp/desk.ts'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import type { Mac } from '../../src/wire/address.ts'
import { encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { me, other, request } from './conversation.ts'
import { host, ip, network, now, world } from './examples.ts'

const silent = { debug() {}, error() {} }

/** `me` has an address, and somebody declines it in its name; `answers` answer ARP there. */
async function declined(reserved: boolean, answers: readonly Mac[] | undefined) {
  const node = host('node1', me, reserved ? '10.77.0.60' : undefined)
  const w = world({ hosts: [{ host: node }] })
  w.send(request('10.77.0.60', '10.77.0.1'))
  const seen = Promise.withResolvers<Outcome>()
  const desk = createDhcpDesk({
    deps: w.deps,
    commit: async lease => void w.leases.set(lease.address, lease),
    seen: outcome => seen.resolve(outcome),
    now: () => now + 1000,
    log: silent,
    ...(answers && { answersAt: async () => answers }),
  })
  const source = { address: ip('0.0.0.0'), port: 68 }
  const from = {
    network: network(),
    broadcast: true,
    port: 'dhcp',
    source,
    serverPort: 67,
  } as const
  desk.receive(encodeDhcp(request('10.77.0.60', '10.77.0.1', { asked: 'decline' })), from, () => {})
  const { reason } = await seen.promise
  return `${w.leases.get(ip('10.77.0.60'))?.state}: ${reason}`
}

t.test('a DECLINE is looked into before it moves a machine off its address', async t => {
  const believed = 'declined: 10.77.0.60 is in use by somebody else: left alone for 10 min'
  const not = 'active: it declines 10.77.0.60, where nobody else answers: not believed'
  t.equal(await declined(true, [other]), believed, 'a reservation that another machine uses')
  t.equal(await declined(true, []), not, 'a reservation where nobody answers')
  t.equal(await declined(true, [me]), not)
  t.equal(await declined(true, undefined), not, 'where nobody can be asked')
  t.equal(await declined(false, [other]), believed)
  t.equal(await declined(false, [other, me]), believed, 'both of them')
  t.equal(await declined(false, []), believed, 'who declines does not use it')
  t.equal(await declined(false, [me]), not, 'who uses it does not decline')
  t.equal(await declined(false, undefined), believed)
})

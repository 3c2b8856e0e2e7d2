import t from 'tap'
import { errors, lan, right } from './check.ts'

const hosts = (...lines: string[]) => `${lan}hosts:\n${lines.map(line => `  ${line}\n`).join('')}`

t.test('a host without a MAC is found by its UUID, its serial number or its port', async t => {
  const config = right(
    t,
    hosts(
      'u: { uuid: 4C4C4544-0042-4A10-8051-B7C04F4D3632 }',
      's: { serial: CZJ 123 }',
      'p: { port: "ex7/ge-0/0/1.0:vlan7" }',
      'm: { mac: 52:54:00:00:00:01, uuid: 11111111-2222-3333-4444-555555555555 }',
    ),
  )
  const found = (name: string) => config.hosts.get(name)?.foundBy
  t.strictSame(found('u'), { uuid: '4c4c4544-0042-4a10-8051-b7c04f4d3632', card: {} })
  t.strictSame(found('s'), { serial: 'CZJ 123', card: {} })
  t.strictSame(found('p'), { port: 'ex7/ge-0/0/1.0:vlan7', card: {} })
  t.equal(found('m'), undefined, 'who has a MAC is found by it')
})

t.test('its address is reserved for whoever is found', async t => {
  const rack = 'networks: { lan: { subnet: 10.77.0.0/24, serverAddress: 10.77.0.1, mode: server'
  const network = `${rack}, range: 10.77.0.50-10.77.0.60 } }\n`
  const config = right(t, `${network}hosts: { p: { port: L7/E1, address: 10.77.0.20 } }\n`)
  t.strictSame(config.hosts.get('p')?.foundBy?.card, { address: 0x0a4d0014 })
  const twice =
    'hosts: { p: { port: L7/E1, address: 10.77.0.20 }, q: { port: L7/E2, address: 10.77.0.20 } }'
  t.match(errors(t, `${network}${twice}\n`), [/hosts.q.address: 10.77.0.20 is already host p's/])
  const far = 'hosts: { p: { port: L7/E1, address: 10.99.0.20 } }'
  t.match(errors(t, `${network}${far}\n`), [/hosts.p.address: 10.99.0.20 does not lie in/])
})

t.test('two that are found by the same are told, with both names', async t => {
  const same = hosts(
    'a: { port: L7/E1 }',
    'b: { port: l7/e1 }',
    'c: { serial: X }',
    'd: { serial: x }',
  )
  t.match(errors(t, same), [
    /hosts.b.port: l7\/e1 is already host a's/,
    /hosts.d.serial: x is already host c's/,
  ])
})

t.test('beside a MAC a port or a serial number finds nobody', async t => {
  t.match(errors(t, hosts('a: { mac: 52:54:00:00:00:01, port: L7/E1, serial: X }')), [
    /hosts.a.port: has no meaning beside `mac` or `nics`/,
    /hosts.a.serial: has no meaning beside `mac` or `nics`/,
  ])
  t.match(errors(t, hosts('a: { tags: [x] }')), [
    /needs a `mac`.*, or a `uuid`, `serial` or `port`/,
  ])
  t.match(errors(t, hosts('a: { port: "two words" }')), [/hosts.a.port/])
})

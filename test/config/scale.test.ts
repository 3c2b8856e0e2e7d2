import t from 'tap'
import { errors, right } from './check.ts'

const count = 10_000

/** A config with so many hosts; `odd` is what one of them says besides. */
function large(odd = ''): string {
  const hosts = Array.from({ length: count }, (_, i) => {
    const hex = i.toString(16).padStart(4, '0')
    const more = i === count - 1 ? odd : ''
    return `  node${i}:
    mac: 52:54:00:00:${hex.slice(0, 2)}:${hex.slice(2)}
    address: 10.1.${i >> 8}.${i & 255}
    profile: debian
    vars: { disk: /dev/vda, rack: ${i % 40} }
${more}`
  })
  return `networks:
  rack: { subnet: 10.0.0.0/8, serverAddress: 10.0.0.1, mode: server, leaseTo: hosts }
profiles:
  debian:
    kernel: /k
    cmdline: hostname={{ host.name }} disk={{ host.vars.disk }}
    files: { seed: seed }
    vars: { disk: required }
hosts:
${hosts.join('')}`
}

const seed = '{{ host.name }} {{ host.vars.rack }}\n'.repeat(50)

t.test('10,000 hosts load', async t => {
  const { hosts, hostByMac } = right(t, large(), { seed })
  t.equal(hosts.size, count)
  t.equal(hostByMac.size, count)
})

t.test('one mistake among 10,000 hosts is found', async t => {
  t.strictSame(errors(t, large('    nonsense: 1\n'), { seed }), [
    'c:50010:5: hosts.node9999.nonsense: is not a known key',
  ])
})

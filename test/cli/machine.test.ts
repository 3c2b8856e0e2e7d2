import t from 'tap'
import { machineRows } from '../../src/cli/machine.ts'

t.test('what an installer told about its machine', async t => {
  const facts = {
    serial: 'A1',
    memory: 8_000_000_000,
    cpus: 4,
    disks: [{ name: '/dev/vda', size: 20_480_000_000, model: 'LAB' }, { name: '/dev/vdb' }],
    nics: [{ name: 'eth0', mac: '52:54:00:12:34:56', driver: 'e1000' }],
    firmware: 'uefi',
    more: { things: true },
  }
  t.strictSame(machineRows(facts), [
    ['serial', 'A1'],
    ['cpus', '4'],
    ['memory', '8.0 GB'],
    ['disk', '/dev/vda  LAB  20.5 GB'],
    ['disk', '/dev/vdb'],
    ['nic', 'eth0  52:54:00:12:34:56  driver=e1000'],
    ['firmware', 'uefi'],
    ['more', '{"things":true}'],
  ])
})

t.test('what the agent tells', async t => {
  const disk = { name: '/dev/sda', size: 1e9, model: null, serial: 'S1', bus: 'sata', health: null }
  const firmware = { vendor: 'Dell', version: null, mode: 'uefi', secureBoot: true }
  t.strictSame(
    machineRows({ vendor: 'Dell', model: 'R640', cpu: 'Xeon', firmware, disks: [disk] }),
    [
      ['vendor', 'Dell'],
      ['model', 'R640'],
      ['cpu', 'Xeon'],
      ['disk', '/dev/sda  S1  1.0 GB  bus=sata'],
      ['firmware', 'vendor Dell, mode uefi, secureBoot true'],
    ],
  )
})

t.test('anything else is nothing, and nothing of it reaches a terminal', async t => {
  for (const facts of [null, undefined, 'text', [], { disks: 'x', memory: 'y', nics: [1, null] }]) {
    t.strictSame(machineRows(facts), [])
  }
  t.strictSame(machineRows({ serial: '\u001b[2Jx\ny' }), [['serial', '[2Jx y']])
})

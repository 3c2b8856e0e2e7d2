import t from 'tap'
import { fulfils, readFactCondition } from '../../src/boot/fact-condition.ts'

const gibibyte = 2 ** 30
const facts = {
  vendor: 'Dell Inc.',
  memory: 64 * gibibyte,
  cpus: '16',
  firmware: { mode: 'uefi', secureBoot: true },
  disks: [
    { name: '/dev/sda', size: 1e12, bus: 'sata' },
    { name: '/dev/nvme0n1', size: 2e12, bus: 'nvme' },
  ],
  nothing: null,
}

const rows: readonly [string, boolean][] = [
  ['facts.memory>=64GiB', true],
  ['facts.memory>64GiB', false],
  ['facts.memory<=64GiB', true],
  ['facts.memory<64GiB', false],
  ['facts.memory=68719476736', true],
  ['facts.memory!=64GiB', false],
  ['facts.cpus>=16', true],
  ['facts.vendor=dell inc.', true],
  ['facts.vendor!=HPE', true],
  ['facts.firmware.mode=uefi', true],
  ['facts.firmware.secureBoot=true', true],
  ['facts.disks.size>=2TB', true],
  ['facts.disks.size>2TB', false],
  ['facts.disks.bus=nvme', true],
  ['facts.disks.bus!=nvme', false],
  ['facts.nothing=null', false],
  ['facts.absent!=x', false],
  ['facts.vendor>=1', false],
  ['facts.__proto__.x=1', false],
  ['facts.constructor.name=Object', false],
]

for (const [text, holds] of rows) {
  t.test(text, async t => {
    const condition = readFactCondition(text)
    t.ok(condition)
    t.equal(condition && fulfils(facts, condition), holds)
  })
}

t.test('what is no condition', async t => {
  for (const text of [
    'facts',
    'facts.',
    'facts.x',
    'facts.x=',
    'facts.memory>=lots',
    'facts.a b=1',
    'memory>=1',
    `facts${'.a'.repeat(9)}=1`,
  ]) {
    t.equal(readFactCondition(text), undefined, text)
  }
})

t.test('facts may be anything', async t => {
  const condition = readFactCondition('facts.disks.size>1')
  for (const bad of [
    undefined,
    null,
    'x',
    7,
    [],
    { disks: 'x' },
    { disks: [1, null, { size: {} }] },
  ]) {
    t.equal(condition && fulfils(bad, condition), false)
  }
})

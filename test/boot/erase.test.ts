import t from 'tap'
import {
  eraseOrderOf,
  eraseOrderText,
  erasureText,
  readErased,
  whyNotErased,
} from '../../src/boot/erase.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'

const vda = { name: '/dev/vda', size: 2 ** 30, serial: 'A', model: 'SSD 9', bus: 'virtio' }
const sdb = { name: '/dev/sdb', size: 2 ** 20, serial: null, model: null, bus: 'usb' }
const facts = { disks: [vda, sdb] }
const all = { disks: 'all', method: 'auto', check: 'sampled' } as const
const expected = { ...all, disks: 'expected' } as const

t.test('all disks are meant, and one that is not expected is a refusal', async t => {
  const whole = eraseOrderOf({ erase: all }, facts)
  if (!whole || 'refused' in whole) throw new Error('it is an order')
  t.equal(
    eraseOrderText(whole),
    'erase\nmethod auto\ncheck sampled\ndisk /dev/vda 1073741824 "A"\ndisk /dev/sdb 1048576 null\n',
  )
  t.equal(eraseOrderOf({}, facts), undefined, 'a profile that erases nothing')
  const cases = [
    [{ erase: expected, expect: { disk: { serial: 'A' } } }, facts, /does not cover \/dev\/sdb/],
    [{ erase: expected }, facts, /does not cover \/dev\/vda, SSD 9, serial A, 1.1 GB; \/dev\/sdb/],
    [{ erase: all }, {}, /it has no disk/],
    [{ erase: all }, { disks: [{ ...vda, name: '/dev/x; reboot' }] }, /no disk is/],
    [{ erase: all }, { disks: [vda, { ...sdb, size: 'much' }] }, /no disk is \/dev\/sdb/],
  ] as const
  for (const [profile, told, why] of cases) {
    const order = eraseOrderOf(profile, told)
    t.match(order && 'refused' in order && sentenceOf(order.refused), why)
  }
  const one = eraseOrderOf({ erase: expected, expect: { disk: { serial: 'A' } } }, { disks: [vda] })
  t.match(one, { disks: [{ name: '/dev/vda' }] })
})

const order = { ...all, disks: [{ name: '/dev/vda', size: 2 ** 30, serial: 'A' }] }
const good = {
  disk: '/dev/vda',
  erased: true,
  methods: 'discard',
  checked: 'whole',
  bytes: 2 ** 30,
}

t.test('what is not shown is not erased', async t => {
  t.strictSame(readErased([{ ...good, why: null }], order, facts), [
    {
      ...{ disk: '/dev/vda', serial: 'A', model: 'SSD 9', size: 2 ** 30, erased: true },
      ...{ methods: ['discard'], checked: 'whole', readBack: 2 ** 30, why: null },
    },
  ])
  const bad: readonly unknown[] = [
    undefined,
    {},
    [],
    [{ ...good, disk: '/dev/sdb' }],
    [{ ...good, erased: 'true' }],
    [{ ...good, methods: 'prayer' }],
    [{ ...good, checked: 'none' }],
    [{ ...good, bytes: 2 ** 29 }],
    [{ ...good, bytes: '1073741824' }],
    [{ ...good, checked: 'sampled', bytes: -5 }],
    [{ ...good, erased: false, why: 'dd: error\u001b[2J' }],
  ]
  for (const told of bad) {
    const read = readErased(told, order, facts)
    t.match(read, [{ disk: '/dev/vda', erased: false, why: /\S/ }], JSON.stringify(told))
    t.notMatch(JSON.stringify(read), /u001b/)
    const why = whyNotErased(read)
    t.match(why && sentenceOf(why), /^not erased: \/dev\/vda: /)
  }
  t.match(whyNotErased([]), { code: 'disks-not-erased' }, 'nothing is nothing')
})

t.test('a record is the same text each time', async t => {
  const machine = { vendor: 'Lab', model: 'Box', serial: 'B', uuid: null }
  const disks = readErased([good], order, facts)
  const record = { install: 'i', host: 'h', startedAt: 0, endedAt: 1000, machine, disks }
  t.equal(erasureText(record), erasureText(JSON.parse(JSON.stringify(record))))
  t.match(JSON.parse(erasureText(record)), {
    format: 'bootwright erasure 1',
    ...{ host: 'h', endedAt: '1970-01-01T00:00:01.000Z', erased: true },
  })
})

import t from 'tap'
import { whyUnexpected } from '../../src/boot/expect.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'

const facts = {
  serial: 'A1',
  disks: [
    { name: '/dev/nvme0n1', model: 'Samsung SSD  980', serial: 'S1', size: 500_107_862_016 },
    { name: '/dev/sda', size: 20_480_000_000 },
  ],
}

function words(...asked: Parameters<typeof whyUnexpected>): string | undefined {
  const why = whyUnexpected(...asked)
  return why && sentenceOf(why)
}

t.test('what is expected is there', async t => {
  const rows = [
    undefined,
    {},
    { serial: 'A1' },
    { disk: {} },
    { disk: { name: '/dev/sda' } },
    { disk: { model: 'ssd 980', size: 500e9 } },
    { disk: { model: 'Samsung', serial: 'S1', name: '/dev/nvme0n1', size: 490_500_000_000 } },
    { serial: 'A1', disk: { size: 20 * 2 ** 30 * 0.96 } },
  ]
  for (const expect of rows) t.equal(words(expect, facts), undefined, JSON.stringify(expect))
})

t.test('what differs is said', async t => {
  t.equal(words({ serial: 'B2' }, facts), 'its serial number is A1, and B2 is expected')
  t.equal(
    words({ disk: { name: '/dev/sda', size: 1e12 } }, facts),
    'no disk is /dev/sda, 1000.0 GB: it has /dev/nvme0n1, Samsung SSD  980, serial S1, 500.1 GB; /dev/sda, 20.5 GB',
  )
  t.match(words({ disk: { model: '980', size: 520e9 } }, facts), 'no disk is 980')
  t.match(words({ disk: { model: '980', name: '/dev/sda' } }, facts), 'no disk is', 'one disk')
  t.match(words({ disk: { serial: 'S2' } }, facts), 'no disk is serial S2')
})

t.test('whoever tells nothing, or rubbish, is not what is expected', async t => {
  t.match(words({ serial: 'A1' }, undefined), 'it told nothing about itself')
  for (const rubbish of [
    null,
    'A1',
    [],
    { disks: 'x' },
    { disks: [null, 1] },
    { serial: { a: 1 } },
  ]) {
    t.match(words({ serial: 'A1' }, rubbish), 'its serial number is unknown')
    t.match(words({ disk: { size: 1e12 } }, rubbish), 'no disk is 1000.0 GB')
  }
  t.equal(words({}, undefined), 'it told nothing about itself, and `expect` has to be checked')
})

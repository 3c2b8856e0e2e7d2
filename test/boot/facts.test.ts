import t from 'tap'
import { addedFacts } from '../../src/boot/facts.ts'

const told = { serial: 'BOX-1', disks: [{ name: '/dev/vda' }], hostname: 'installer' }

t.test('what a machine tells later is added, name by name', async t => {
  const form = { hostname: 'node1', pub_key_rsa: 'ssh-rsa AAAA' }
  t.strictSame(addedFacts(told, form), { ...told, ...form })
  t.strictSame(addedFacts(told, { disks: [] }), { ...told, disks: [] }, 'no list is put together')
  t.strictSame(addedFacts(undefined, told), told)
  t.strictSame(addedFacts('nonsense', told), told)
})

t.test('no sum is larger than what may be told at once', async t => {
  const half = (name: string) => ({ [name]: 'x'.repeat(9000) })
  t.strictSame(addedFacts(half('a'), half('b')), half('b'))
  const many = (from: number) =>
    Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`k${from + n}`, n]))
  t.strictSame(addedFacts(many(0), many(200)), many(200))
})

import t from 'tap'
import { switchPortsOf } from '../../src/boot/switch-ports.ts'
import type { Mac } from '../../src/wire/address.ts'

const mac = '52:54:00:12:34:56' as Mac
const on = (its: unknown) => switchPortsOf({ nics: [{ mac: 'other' }, { mac, switch: its }] }, mac)

t.test('the port of a switch in every way to write it', async t => {
  t.strictSame(on({ name: 'leaf7', port: 'Ethernet12', description: null }), ['leaf7/Ethernet12'])
  t.strictSame(on({ name: 'leaf7.lab.example', port: '512', description: 'ge-0/0/12' }), [
    'leaf7.lab.example/512',
    'leaf7.lab.example/ge-0/0/12',
    'leaf7/512',
    'leaf7/ge-0/0/12',
  ])
})

t.test('none where it was not heard, or facts are something else', async t => {
  for (const its of [
    null,
    undefined,
    'leaf7',
    {},
    { name: 'leaf7' },
    { port: 'x' },
    { name: {}, port: [] },
  ]) {
    t.strictSame(on(its), [])
  }
  for (const facts of [null, 'x', { nics: 'x' }, { nics: [null] }]) {
    t.strictSame(switchPortsOf(facts, mac), [])
  }
  t.strictSame(on({ name: '.', port: 'x' }), ['./x'])
})

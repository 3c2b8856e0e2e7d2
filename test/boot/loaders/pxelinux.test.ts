import t from 'tap'
import { pxelinux } from '../../../src/boot/loaders/pxelinux.ts'
import { golden } from '../../golden.ts'
import { boot, cmdline, first, hostile, local, second } from './examples.ts'

for (const [name, content, transport] of [
  ['tftp', boot('node1 installs debian, attempt 1', [first, second]), 'tftp'],
  ['http', boot('node1 installs debian, attempt 1', [first, second]), 'http'],
  ['no-initrd', boot('node1 boots memtest', []), 'tftp'],
  ['local', local, 'tftp'],
] as const) {
  t.test(`the whole config ${name}`, async t => {
    const config = pxelinux.render(content, transport)
    t.equal(config, golden(`scripts/pxelinux-${name}.cfg`, config))
  })
}

t.test('hostile text on the screen stays on its line', async t => {
  const rest = (text: string) => pxelinux.render(boot(text, []), 'tftp').split('\n').slice(1)
  for (const text of hostile) {
    t.strictSame(rest(text), rest('usual'), text)
    const [say] = pxelinux.render({ kind: 'local', reason: text }, 'tftp').split('\n')
    t.match(say, /^SAY [A-Za-z0-9 ._:/,()'+=@%?-]*$/)
  }
})

t.test(
  'a command line of several lines is one, with its quotes and dollars as they are',
  async t => {
    const line = `pw=$6$salt$hash \n dyndbg="file x +p"; {a}\r\n\u0000${cmdline}`
    const config = pxelinux.render(boot('x', [], line), 'tftp').split('\n')
    const append = config.filter(text => text.startsWith('  APPEND'))
    t.strictSame(append, [`  APPEND pw=$6$salt$hash dyndbg="file x +p"; {a} ${cmdline}`])
  },
)

t.test('who asks by a name', async t => {
  for (const [name, asker] of [
    ['pxelinux.cfg/default', {}],
    ['pxelinux.cfg/default-arm-rpi', {}],
    ['boot/pxelinux.cfg/default', {}],
    ['pxelinux.cfg/01-52-54-00-12-34-56', { mac: '52:54:00:12:34:56' }],
    ['pxelinux.cfg/0A4D0015', { address: 0x0a4d0015, more: true }],
    [
      'pxelinux.cfg/44454C4C-4200-104A-8051-B7C04F4D3632',
      { uuid: '44454c4c-4200-104a-8051-b7c04f4d3632', more: true },
    ],
    ['pxelinux.cfg/0A4D001', undefined],
    ['pxelinux.cfg/01-52-54-00-12-34', undefined],
    ['pxelinux.cfg/x/default', undefined],
    ['pxelinux.cfg', undefined],
    ['images/linux', undefined],
  ] as const) {
    t.strictSame(pxelinux.asker(name), asker, name)
    const probed = /^(boot\/)?pxelinux.cfg\/[^/]+$/.test(name)
    t.equal(pxelinux.isProbe(name), probed, `${name} is quiet`)
  }
})

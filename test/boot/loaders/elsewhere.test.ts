import t from 'tap'
import { grub } from '../../../src/boot/loaders/grub.ts'
import { ipxe, renderScript } from '../../../src/boot/loaders/ipxe.ts'
import { pxelinux } from '../../../src/boot/loaders/pxelinux.ts'
import type { BootContent } from '../../../src/boot/script.ts'
import { golden } from '../../golden.ts'
import { boot, first, others as kinds, local, menu, second, url } from './examples.ts'

const elsewhere = ['http://10.77.0.3:8080', 'http://10.77.0.4:8080']

function with2(content: BootContent): BootContent {
  return content.kind === 'local' ? content : { ...content, others: elsewhere }
}

const usual = boot('node1 installs debian, attempt 1', [first, second])

t.test('each file is fetched from the next server when one does not answer', async t => {
  const script = ipxe.render(with2(usual), 'http')
  t.equal(script, golden('scripts/elsewhere.ipxe', script))
  const config = grub.render(with2(usual), 'tftp')
  t.equal(config, golden('scripts/grub-elsewhere.cfg', config))
  t.equal(pxelinux.render(with2(usual), 'tftp'), pxelinux.render(usual, 'tftp'), 'PXELINUX cannot')
})

t.test('all that iPXE fetches names all servers, in their order', async t => {
  const find = { kind: 'find', url, others: elsewhere } as const
  const all = [usual, menu('x', ['debian', 'rescue']), ...kinds.map(([, content]) => content)]
  for (const script of [...all.map(with2), find].map(renderScript)) {
    const fetches = script.split('\n').filter(line => / http:/.test(line))
    t.ok(fetches.length > 0)
    for (const line of fetches) {
      const commands = line.split(/ \|\| ?/).filter(command => command.includes('http:'))
      const [one = '', ...rest] = commands
      t.strictSame(
        rest,
        elsewhere.map(server => one.replace(` ${url}/`, ` ${server}/`)),
        line,
      )
      t.equal(/ --timeout 30000 /.test(one), !one.startsWith('sanboot'), one)
    }
  }
})

t.test('who is alone writes what he always did', async t => {
  for (const kind of [ipxe, grub, pxelinux]) {
    for (const content of [usual, local, menu('x', ['debian'])]) {
      const alone = content.kind === 'local' ? content : { ...content, others: [] }
      t.equal(kind.render(alone, 'tftp'), kind.render(content, 'tftp'))
    }
  }
})

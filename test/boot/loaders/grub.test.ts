import { execFileSync } from 'node:child_process'
import t from 'tap'
import { grub } from '../../../src/boot/loaders/grub.ts'
import { golden } from '../../golden.ts'
import { boot, cmdline, first, hostile, local, second } from './examples.ts'

for (const [name, content] of [
  ['boot', boot('node1 installs debian, attempt 1', [first, second])],
  ['no-initrd', boot('node1 boots memtest', [])],
  ['local', local],
] as const) {
  t.test(`the whole config ${name}`, async t => {
    const config = grub.render(content, 'tftp')
    t.equal(config, golden(`scripts/grub-${name}.cfg`, config))
  })
}

t.test('hostile text on the screen stays within its quotes', async t => {
  const rest = (text: string) => grub.render(boot(text, []), 'tftp').split('\n').slice(1)
  for (const text of hostile) {
    t.strictSame(rest(text), rest('usual'), text)
    const [echo] = grub.render({ kind: 'local', reason: text }, 'tftp').split('\n')
    t.match(echo, /^echo '(?:[A-Za-z0-9 ._:/,()+=@%?-]|'\\'')*'$/)
  }
})

/** Single quotes and what is between them mean the same to a POSIX shell. */
function wordsOf(command: string): string[] {
  const script = `linux() { printf '%s\\0' "$@"; }\n${command}`
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

t.test('every word of the command line is one argument and means itself', async t => {
  const words = [
    'live.nixos.passwordHash=$6$salt$0/hash',
    'ds=nocloud;s=http://10.77.0.1/',
    `\${password}`,
    '$(reboot)',
    "it's",
    "'",
    '`x`',
    '{a,b}',
    '|',
    '&&',
    '#',
    'back\\slash',
    '"quoted"',
  ]
  // GRUB puts quotes of its own where they are needed, and a backslash before any other.
  const read = words.map(word => word.replaceAll('"', ''))
  const [, linux = ''] =
    /if (linux .*); then/.exec(
      grub.render(boot('x', [], `${words.join('\n ')} ${cmdline}`), 'tftp'),
    ) ?? []
  t.strictSame(wordsOf(linux), [
    '(tftp,10.77.0.1)/assets/images/debian/linux',
    ...read,
    ...cmdline.split(' '),
  ])
})

t.test('who asks by a name', async t => {
  for (const [name, asker] of [
    ['grub/grub.cfg', {}],
    ['debian-installer/arm64/grub/grub.cfg', {}],
    ['grub.cfg', {}],
    ['grub/grub.cfg-01-52-54-00-12-34-56', { mac: '52:54:00:12:34:56' }],
    ['grub/grub.cfg-0A4D0015', { address: 0x0a4d0015, more: true }],
    ['grub/grub.cfg-0A4D001', undefined],
    ['grub/x86_64-efi/command.lst', undefined],
    ['grub/my-grub.cfg', undefined],
  ] as const) {
    t.strictSame(grub.asker(name), asker, name)
  }
})

t.test('what GRUB and shim can do without is quiet', async t => {
  for (const name of [
    'grub/x86_64-efi/command.lst',
    'debian-installer/arm64/grub/arm64-efi/terminal.lst',
    'grub/grub.cfg-0A4D',
    'revocations_sbat.efi',
    'shim_certificate_0.efi',
  ]) {
    t.ok(grub.isProbe(name), name)
  }
  for (const name of ['grubx64.efi', 'mmx64.efi', 'shimx64.efi', 'images/linux']) {
    t.notOk(grub.isProbe(name), name)
  }
})

t.test('an IPv6 address keeps its brackets, and its port', async t => {
  const url = 'http://[2001:db8:77::1]:8080/assets/images/debian/linux'
  const image = { kernel: url, initrd: [], cmdline }
  const six = { kind: 'boot', title: 'x', image } as const
  t.match(grub.render(six, 'tftp'), /'\(tftp,\[2001:db8:77::1\]\)\/assets\/images\/debian\/linux'/)
  t.match(grub.render(six, 'http'), /'\(http,\[2001:db8:77::1\]:8080\)\/assets\/images/)
})

import t from 'tap'
import type { Arch } from '../../../src/boot/arch.ts'
import { joinWords, lossesOf, wordsOf } from '../../../src/boot/loaders/command-line.ts'
import { grub } from '../../../src/boot/loaders/grub.ts'
import { ipxe } from '../../../src/boot/loaders/ipxe.ts'
import type { LoaderKind } from '../../../src/boot/loaders/kind.ts'
import { pxelinux } from '../../../src/boot/loaders/pxelinux.ts'

const ours = ['bootwright=http://10.77.0.1:8080/phone-home/T', 'BOOTIF=01-52-54-00-00-00-01']
const server = 'http://10.77.0.1:8080/assets'

/** What each loader is told of an operator's line, and what is lost of it. */
function written(kind: LoaderKind, text: string, arch?: Arch) {
  const { line, leftOut } = joinWords(ours, text)
  const image = { kernel: `${server}/linux`, initrd: [`${server}/initrd.gz`], cmdline: line }
  const script = kind.render({ kind: 'boot', title: 'x', image }, kind.transport(undefined))
  const told = script.split('\n').find(line => /kernel --name|APPEND|linux '/.test(line)) ?? ''
  const losses = lossesOf(
    { image, leftOut, initrds: ['initrd.gz'] },
    kind,
    kind.transport(undefined),
    arch,
  )
  return { told, losses }
}

t.test('double quotes hold blanks together', async t => {
  t.strictSame(wordsOf(' a  b="c  d"\ne "f'), ['a', 'b="c d"', 'e', '"f'])
})

t.test('ours come first, and so before ---', async t => {
  const { line } = joinWords(ours, 'auto=true --- quiet')
  t.equal(line, `${ours.join(' ')} auto=true --- quiet`)
})

t.test('initrd= is left out: without a word where it names an initrd of the profile', async t => {
  for (const kind of [ipxe, grub, pxelinux]) {
    const { told, losses } = written(kind, 'a initrd=initrd.gz b')
    t.notMatch(told.replace('initrd=initrd0', ''), 'initrd=')
    t.strictSame(losses, [])
    t.match(written(kind, 'initrd=main').losses, [/^`initrd=main` is left out: some loaders/])
  }
  t.match(written(ipxe, 'BOOTIF=01-x').losses, [/left out: Bootwright writes BOOTIF= itself/])
})

// Each word alone, as iPXE 1.21.1, GRUB 2.06 and PXELINUX 6.04 read it.
t.test('what a loader takes for its own is quoted', async t => {
  const text = '# of the rack || b && c ; d=e;f #x'
  const inIpxe = written(ipxe, text).told
  t.match(
    inIpxe,
    `\${quoted}# of the rack \${quoted}|| b \${quoted}&& c \${quoted}; d=e;f \${quoted}#x || goto later`,
  )
  t.match(written(grub, text).told, "'#' 'of' 'the' 'rack' '||' 'b' '&&' 'c' ';' 'd=e;f' '#x'")
  t.match(
    written(pxelinux, text).told,
    / {2}APPEND bootwright=.* # of the rack \|\| b && c ; d=e;f #x$/,
  )
  for (const kind of [ipxe, grub, pxelinux]) t.strictSame(written(kind, text).losses, [])
})

t.test('GRUB quotes words with blanks itself, and spoils other quotes', async t => {
  t.match(written(grub, 'dyndbg="file a.c +p"').told, "'dyndbg=file a.c +p'")
  t.strictSame(written(grub, 'dyndbg="file a.c +p"').losses, [])
  for (const word of [`it's`, 'a\\b', '"open']) {
    t.match(written(grub, word).losses, [/^GRUB does not hand on/])
    t.strictSame(written(ipxe, word).losses, [])
  }
})

t.test('a line that is longer than the kernel keeps is told of', async t => {
  const long = `${'a'.repeat(1800)} ${'b'.repeat(200)}`
  for (const kind of [ipxe, grub, pxelinux]) {
    t.match(written(kind, long).losses, [
      kind === pxelinux
        ? /keeps 2046: nothing is booted$/
        : /^its command line has 2\d\d\d bytes by .* keeps 2046: lost from `b+/,
    ])
    t.match(written(kind, long, 'arm64-efi').losses, [/keeps 204[67]/])
    t.strictSame(written(kind, long, 'loong64-efi').losses, [])
    t.match(written(kind, `${long} ${long} ${long}`, 'loong64-efi').losses, [/keeps 409[56]/])
    t.strictSame(written(kind, 'a'.repeat(1800)).losses, [])
  }
})

t.test('PXELINUX puts the names of the initrds behind the line', async t => {
  const [kernel, initrd] = ['http://10.77.0.1:8080/assets/linux', ['a.gz', 'b.gz']]
  const line = pxelinux.kernelLine({ kernel, initrd, cmdline: 'quiet' }, 'tftp')
  t.equal(line, 'BOOT_IMAGE=assets/linux quiet initrd=a.gz,b.gz')
})

import type { BootImage } from '../script.ts'
import { askerOf } from './asker.ts'
import { type LoaderKind, tftpName } from './kind.ts'
import { lines, oneLine, plain } from './text.ts'

const config = /(?:^|\/)grub\.cfg(?:-([^/]+))?$/i

/** Modules and lists of a GRUB that has them built in; what shim asks for before it starts GRUB. */
const probes = /(?:^|\/)(?:[\w-]+-efi\/[^/]+|revocations\w*\.efi|shim_certificate\w*\.efi)$/i

/**
 * GRUB, started by shim where Secure Boot is on. Debian's asks for `grub/grub.cfg`; others before that
 * for `grub.cfg-` with UUID, `01-` and MAC, or address in hex. Signed builds of Debian speak TFTP only.
 */
export const grub: LoaderKind = {
  asks: 'GRUB config',
  isLoader: file => /grub|shim|^bootnet/i.test(file),
  asker(path) {
    const found = config.exec(path)
    if (!found) return undefined
    return found[1] === undefined ? {} : askerOf(found[1])
  },
  isProbe: path => probes.test(path) || config.test(path),
  transport: () => 'tftp',
  render: content =>
    content.kind === 'boot'
      ? bootConfig(content.title, content.image)
      : lines(`echo ${quoted(plain(content.reason))}`, ...localBoot),
}

/**
 * Kernel and initrds, tried again after 1, 2, 4 … 32 s, then the disk. GRUB itself puts a backslash
 * before quotes and backslashes that it hands to the kernel; there is no way around that.
 */
function bootConfig(title: string, image: BootImage): string {
  const words = oneLine(image.cmdline).split(' ').filter(Boolean)
  const initrd = ['initrd', ...image.initrd.map(place)].join(' ')
  return lines(
    `echo ${quoted(plain(title))}`,
    'for pause in 1 2 4 8 16 32; do',
    `  if ${['linux', place(image.kernel), ...words.map(quoted)].join(' ')}; then`,
    ...(image.initrd.length > 0 ? [`    if ${initrd}; then boot; fi`] : ['    boot']),
    '  fi',
    '  echo "Next try in $pause s"',
    '  sleep $pause',
    'done',
    `echo 'Giving up, booting the disk'`,
    ...localBoot,
  )
}

/** `(tftp,10.77.0.1)/assets/…`: TFTP has a port of its own. */
function place(url: string): string {
  const [, server = ''] = /^https?:\/\/([^/:]*)/.exec(url) ?? []
  return quoted(`(tftp,${server})/${tftpName(url)}`)
}

/** Within single quotes everything means itself: `$`, `;`, `{` and blanks too. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * `exit` would tell the firmware that all went well, and open its menu: so the loader of the disk is
 * looked for, those that distributions install before the one that removable media have. `chainloader`
 * tells the loader that it comes from `root`, wherever its file was found.
 */
const onDisk = [
  ...['debian/shim@', 'ubuntu/shim@', 'fedora/shim@', 'redhat/shim@', 'rocky/shim@'].map(
    path => `/EFI/${path}.efi`,
  ),
  '/EFI/systemd/systemd-boot@.efi',
  '/EFI/Microsoft/Boot/bootmgfw.efi',
  '/EFI/BOOT/BOOT@.EFI',
]

const localBoot = [
  'set arch=x64',
  'if [ "$grub_cpu" = arm64 ]; then set arch=aa64; fi',
  'if [ "$grub_cpu" = i386 ]; then set arch=ia32; fi',
  `for file in ${onDisk.map(path => path.replace('@', '$arch')).join(' ')}; do`,
  '  if search --no-floppy --file --set=root $file; then',
  '    if chainloader $file; then boot; fi',
  '  fi',
  'done',
  'exit',
]

import { atServer } from '../../base/server-url.ts'
import type { BootImage, MenuContent } from '../script.ts'
import { askerOf } from './asker.ts'
import { wordsOf } from './command-line.ts'
import { type LoaderKind, type Transport, tftpName, toDiskUnbootable } from './kind.ts'
import { lines, plain } from './text.ts'

const config = /(?:^|\/)grub\.cfg(?:-([^/]+))?$/i

/** Modules and lists of a GRUB that has them built in; what shim asks for before it starts GRUB. */
const probes = /(?:^|\/)(?:[\w-]+-efi\/[^/]+|revocations\w*\.efi|shim_certificate\w*\.efi)$/i

/**
 * GRUB, started by shim where Secure Boot is on. Debian's asks for `grub/grub.cfg`; others before that
 * for `grub.cfg-` with UUID, `01-` and MAC, or address in hex. Signed builds of Debian speak TFTP only;
 * that of our media goes on by HTTP.
 */
export const grub: LoaderKind = {
  name: 'GRUB',
  asks: 'GRUB config',
  boots: ['kernel', 'efi'],
  menus: true,
  isLoader: file => /grub|shim|^bootnet/i.test(file),
  asker(path) {
    const found = config.exec(path)
    if (!found) return undefined
    return found[1] === undefined ? {} : askerOf(found[1])
  },
  isProbe: path => probes.test(path) || config.test(path),
  transport: () => 'tftp',
  refusal: reason => lines(`echo ${quoted(plain(reason))}`),
  spoils: words =>
    words.filter(word => /['\\]/.test(unquoted(word)) || unquoted(word).includes('"')),
  kernelLine(image, transport) {
    if (image.kind === 'efi') return wordsOf(image.args).map(handedOn).join(' ')
    if (image.kind !== undefined) return undefined
    return [
      `BOOT_IMAGE=${fileAt(image.kernel, transport)}`,
      ...wordsOf(image.cmdline).map(handedOn),
    ].join(' ')
  },
  render(content, transport) {
    if (content.kind === 'local') {
      return lines(`echo ${quoted(plain(content.reason))}`, ...localBoot)
    }
    if (content.kind === 'menu') return menuConfig(content, transport)
    const { title, image, others = [] } = content
    const starts = [undefined, ...others].map(server => startOf(image, placing(transport, server)))
    if (starts.every(start => start !== undefined)) return bootConfig(title, starts.flat())
    return grub.render(toDiskUnbootable(content, grub), transport)
  },
}

/** The disk is the first entry, and the one that is taken when nobody is there. */
function menuConfig({ title, seconds, entries }: MenuContent, transport: Transport): string {
  return lines(
    'set default=0',
    `set timeout=${seconds}`,
    `menuentry ${quoted(`${plain(title)}: its disk`)} {`,
    ...localBoot.map(line => `  ${line}`),
    '}',
    ...entries.flatMap(({ name, url }) => [
      `menuentry ${quoted(plain(name))} {`,
      `  configfile ${place(`${url}.grub`, transport)}`,
      '}',
    ]),
  )
}

/** Tried again after 1, 2, 4 … 32 s, then the disk. */
function bootConfig(title: string, start: readonly string[]): string {
  return lines(
    `echo ${quoted(plain(title))}`,
    'for pause in 1 2 4 8 16 32; do',
    ...start.map(line => `  ${line}`),
    '  echo "Next try in $pause s"',
    '  sleep $pause',
    'done',
    `echo 'Giving up, booting the disk'`,
    ...localBoot,
  )
}

/**
 * The commands that load an image and start it. A UEFI program may come back, which is its end. GRUB
 * itself puts a backslash before quotes and backslashes that it hands on; there is no way around that:
 * `spoils` tells of them.
 */
function startOf(image: BootImage, at: (url: string) => string): string[] | undefined {
  switch (image.kind) {
    case undefined: {
      const initrd = ['initrd', ...image.initrd.map(at)].join(' ')
      return [
        `if ${['linux', at(image.kernel), ...argumentsOf(image.cmdline)].join(' ')}; then`,
        ...(image.initrd.length > 0 ? [`  if ${initrd}; then boot; fi`] : ['  boot']),
        'fi',
      ]
    }
    case 'efi':
      return [
        `if ${['chainloader', at(image.program), ...argumentsOf(image.args)].join(' ')}; then`,
        '  boot',
        '  break',
        'fi',
      ]
    default:
      return undefined
  }
}

function argumentsOf(text: string): string[] {
  return wordsOf(text).map(word => quoted(unquoted(word)))
}

/** GRUB puts double quotes around a word with blanks in it, so those that are written are left out. */
function unquoted(word: string): string {
  return (word.match(/"/g)?.length ?? 0) % 2 === 0 ? word.replaceAll('"', '') : word
}

/** As GRUB hands a word on. */
function handedOn(word: string): string {
  const text = unquoted(word).replace(/["'\\]/g, '\\$&')
  return text.includes(' ') ? `"${text}"` : text
}

/** Files as they are named, or at another server. */
function placing(transport: Transport, server?: string): (url: string) => string {
  return url => place(server === undefined ? url : atServer(url, server), transport)
}

function place(url: string, transport: Transport): string {
  return quoted(fileAt(url, transport))
}

/**
 * `(tftp,10.77.0.1)/assets/…`, whose port is its own, or `(http,10.77.0.1:8080)/assets/…`; there is no HTTPS.
 */
function fileAt(url: string, transport: Transport): string {
  const [, scheme = '', host = '', port = ''] =
    /^(https?):\/\/(\[[^\]]*\]|[^/:]*)([^/]*)/.exec(url) ?? []
  const device = transport === 'http' && scheme === 'http' ? `http,${host}${port}` : `tftp,${host}`
  return `(${device})/${tftpName(url)}`
}

/** Within single quotes everything means itself: `$`, `;`, `{` and blanks too. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * Those that distributions install before the one that removable media have; `@` is for the arch.
 */
const onDisk = [
  ...['debian/shim@', 'ubuntu/shim@', 'fedora/shim@', 'redhat/shim@', 'rocky/shim@'].map(
    path => `/EFI/${path}.efi`,
  ),
  '/EFI/systemd/systemd-boot@.efi',
  '/EFI/Microsoft/Boot/bootmgfw.efi',
  '/EFI/BOOT/BOOT@.EFI',
]

/** Goes through the paths at which a disk has its loader, as `$file`. */
export function eachDiskLoader(...body: readonly string[]): string[] {
  return [
    'set arch=x64',
    'if [ "$grub_cpu" = arm64 ]; then set arch=aa64; fi',
    'if [ "$grub_cpu" = i386 ]; then set arch=ia32; fi',
    `for file in ${onDisk.map(path => path.replace('@', '$arch')).join(' ')}; do`,
    ...body.map(line => `  ${line}`),
    'done',
  ]
}

/** The function that a medium of ours brings: the first loader that it finds might be the medium's own. */
export const mediaDisk = 'bootwright_disk'

/**
 * `exit` would tell the firmware that all went well, and open its menu: so the loader of the disk is
 * looked for. `chainloader` tells the loader that it comes from `root`, wherever its file was found.
 */
const localBoot = [
  `if [ -n "$bootwright_media" ]; then ${mediaDisk}; fi`,
  ...eachDiskLoader(
    'if search --no-floppy --file --set=root $file; then',
    '  if chainloader $file; then boot; fi',
    'fi',
  ),
  'exit',
]

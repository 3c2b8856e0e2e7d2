import type { KernelImage, MenuContent } from '../script.ts'
import { askerOf } from './asker.ts'
import { type LoaderKind, type Transport, tftpName, toDiskUnbootable } from './kind.ts'
import { commandText, lines, plain } from './text.ts'

const config = /(?:^|\/)pxelinux\.cfg\/([^/]+)$/i

/**
 * PXELINUX, and U-Boot's `pxe`, which reads the same. In `pxelinux.cfg/` they ask for the UUID (its bytes
 * as they lie in memory), `01-` and the MAC, the address in hex, cut shorter and shorter, and `default`.
 */
export const pxelinux: LoaderKind = {
  name: 'PXELINUX',
  asks: 'PXELINUX config',
  boots: ['kernel'],
  menus: true,
  isLoader: file => /(?:pxe|sys)linux/i.test(file),
  asker(path) {
    const name = config.exec(path)?.[1]
    if (name === undefined) return undefined
    return /^default(?:-|$)/.test(name) ? {} : askerOf(name)
  },
  isProbe: path => config.test(path),
  // Only the one with an `l` speaks HTTP.
  transport: file => (file?.startsWith('lpxelinux') ? 'http' : 'tftp'),
  spoils: () => [],
  // Seen with 6.04: "cmdline too long".
  refusesLong: true,
  kernelLine(image, transport) {
    if (image.kind !== undefined) return undefined
    const place = placeFor(transport)
    const { kernel, cmdline, initrd } = image
    // What INITRD names stands at the end of the line too (readconfig.c).
    const files = initrd.length > 0 ? ` initrd=${initrd.map(place).join(',')}` : ''
    return `BOOT_IMAGE=${place(kernel)} ${commandText(cmdline)}${files}`
  },
  render(content, transport) {
    if (content.kind === 'local') {
      return lines(`SAY ${plain(content.reason)}`, 'DEFAULT local', 'PROMPT 0', ...localBoot)
    }
    if (content.kind === 'menu') return menuConfig(content, transport)
    const { title, image } = content
    if (image.kind === undefined) return bootConfig(title, image, transport)
    return pxelinux.render(toDiskUnbootable(content, pxelinux), transport)
  },
}

/**
 * The default label runs at once. When a file cannot be had, the prompt waits 10 s and takes the disk.
 * U-Boot takes the last of ONTIMEOUT and DEFAULT for its default (boot/pxe_utils.c), so DEFAULT comes last.
 * APPEND is the rest of its line as it is: nothing in it has a meaning. SLOF and QEMU’s loader for s390x know
 * KERNEL, and pass over LINUX, which PXELINUX takes instead, since it comes later.
 */
function bootConfig(title: string, image: KernelImage, transport: Transport): string {
  const place = placeFor(transport)
  const { initrd } = image
  return lines(
    `SAY ${plain(title)}`,
    'PROMPT 0',
    'TIMEOUT 100',
    'ONTIMEOUT local',
    'DEFAULT boot',
    'LABEL boot',
    `  KERNEL ${place(image.kernel)}`,
    `  LINUX ${place(image.kernel)}`,
    ...(initrd.length > 0 ? [`  INITRD ${initrd.map(place).join(',')}`] : []),
    `  APPEND ${commandText(image.cmdline)}`,
    ...localBoot,
  )
}

/** One types the number of a profile. TIMEOUT is in tenths of a second, and ends with the first key. */
function menuConfig({ title, seconds, entries }: MenuContent, transport: Transport): string {
  const place = placeFor(transport)
  return lines(
    `SAY ${plain(title)}? Type a number, or local for its disk.`,
    ...entries.map(({ name }, index) => `SAY ${index + 1}. ${plain(name)}`),
    'DEFAULT local',
    'PROMPT 1',
    `TIMEOUT ${seconds * 10}`,
    'ONTIMEOUT local',
    ...entries.flatMap(({ url }, index) => [
      `LABEL ${index + 1}`,
      `  CONFIG ${place(url)}.pxelinux`,
    ]),
    ...localBoot,
  )
}

/** It speaks no HTTPS. */
function placeFor(transport: Transport): (url: string) => string {
  return url => (transport === 'http' && url.startsWith('http:') ? url : tftpName(url))
}

/** Back to the BIOS, which goes on to its next device. */
const localBoot = ['LABEL local', '  LOCALBOOT -1']

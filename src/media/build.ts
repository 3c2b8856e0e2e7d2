import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { mediaConfig, places } from './grub-config.ts'
import { mediaScript } from './ipxe-script.ts'
import type { MediaParts } from './parts.ts'
import { askedUrl, type MediaSettings } from './settings.ts'

/** A medium could not be made: what went wrong, where. */
export class MediaError extends Error {
  override readonly name = 'MediaError'
}

/** All that is in a medium was made then: the same settings and packages give the same bytes. */
const made = { epoch: '1577836800', date: '2020010100000000' }

const usual =
  'normal configfile test echo sleep search search_fs_file regexp iso9660 part_msdos part_gpt ls minicmd'
const modules = {
  bios: `${usual} biosdisk linux16 drivemap reboot halt`,
  uefi: `${usual} fat ext2 linux chain boot net efinet http tftp efifwsetup reboot halt true`,
}

/** MiB of the partition that a UEFI reads, beside what is in it. */
const spare = 1

/**
 * Writes the image of a medium for USB (by dd), CD and a BMC: whole or not at all.
 *
 * @throws MediaError where a program fails
 */
export function buildMedia(
  settings: MediaSettings,
  parts: readonly MediaParts[],
  file: string,
): void {
  const work = mkdtempSync(join(tmpdir(), 'bootwright-media-'))
  const half = mkdtempSync(join(dirname(file), '.bootwright-media-'))
  try {
    const tree = join(work, 'tree')
    const bios = parts.find(({ arch }) => arch === 'bios')
    const uefi = parts.filter(({ arch }) => arch !== 'bios')
    writeTexts(tree, settings)
    if (bios) writeBios(tree, bios, settings)
    const image = uefi.length > 0 ? writeUefi(work, uefi, settings) : undefined
    writeDisc(tree, bios, image, join(half, 'media.iso'))
    renameSync(join(half, 'media.iso'), file)
  } finally {
    rmSync(work, { recursive: true, force: true })
    rmSync(half, { recursive: true, force: true })
  }
}

/** GRUB looks for its config where the firmware says that it came from: the disc, or the partition of a UEFI. */
function writeTexts(tree: string, settings: MediaSettings): void {
  for (const folder of ['boot/grub', 'grub']) {
    mkdirSync(join(tree, folder), { recursive: true })
    writeFileSync(join(tree, folder, 'grub.cfg'), mediaConfig(settings))
  }
}

function writeBios(
  tree: string,
  { grub, modules: folder }: MediaParts,
  settings: MediaSettings,
): void {
  copyFileSync('/usr/lib/ipxe/ipxe.lkrn', join(tree, places.ipxe))
  writeFileSync(join(tree, places.script), mediaScript(settings))
  const image = join(tree, 'boot/grub/bios.img')
  makeGrub(`${grub}-eltorito`, folder, modules.bios, image)
}

function writeUefi(work: string, parts: readonly MediaParts[], settings: MediaSettings): string {
  const esp = join(work, 'esp')
  mkdirSync(join(esp, dirname(places.mark)), { recursive: true })
  writeTexts(esp, settings)
  writeFileSync(
    join(esp, places.mark),
    `A medium of Bootwright, which asks ${askedUrl(settings)}\n`,
  )
  for (const { grub, modules: folder, starts = '', signed } of parts) {
    for (const { path, as } of signed) copyFileSync(path, join(esp, 'EFI/BOOT', as))
    if (signed.length === 0) makeGrub(grub, folder, modules.uefi, join(esp, 'EFI/BOOT', starts))
  }
  const image = join(work, 'efi.img')
  writeFileSync(image, '')
  truncateSync(image, Math.ceil(sizeOf(esp) / 2 ** 20 + spare) * 2 ** 20)
  run('mformat', ['-i', image, '-N', '42575254', '-v', 'BOOTWRIGHT', '::'])
  const names = readdirSync(esp).sort()
  run('mcopy', ['-i', image, '-s', ...names.map(name => join(esp, name)), '::'])
  return image
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => statSync(join(folder, name)))
    .reduce((sum, { size }) => sum + size + 4096, 0)
}

function makeGrub(format: string, folder: string, names: string, image: string): void {
  run('grub-mkimage', [
    '-O',
    format,
    '-d',
    folder,
    '-o',
    image,
    '-p',
    '/boot/grub',
    ...names.split(' '),
  ])
}

/** A disc, which is a disk with two partitions too: what it boots from as a CD lies in both. */
function writeDisc(
  tree: string,
  bios: MediaParts | undefined,
  efi: string | undefined,
  file: string,
): void {
  const forBios = bios && [
    ...['--grub2-mbr', join(bios.modules, 'boot_hybrid.img'), '--mbr-force-bootable'],
    ...['-b', 'boot/grub/bios.img', '-no-emul-boot', '-boot-load-size', '4'],
    ...['-boot-info-table', '--grub2-boot-info'],
  ]
  const forUefi = efi !== undefined && [
    ...(bios ? ['-eltorito-alt-boot'] : []),
    ...['-append_partition', '2', '0xef', efi],
    ...['-e', '--interval:appended_partition_2:all::', '-no-emul-boot'],
  ]
  run('xorriso', [
    ...['-as', 'mkisofs', '-quiet', '-iso-level', '3', '-r', '-V', 'BOOTWRIGHT'],
    ...['--set_all_file_dates', made.date, `--modification-date=${made.date}`],
    ...['-c', 'boot.cat', ...(forBios || []), ...(forUefi || []), '-o', file, tree],
  ])
}

function run(program: string, args: readonly string[]): void {
  const env = { ...process.env, SOURCE_DATE_EPOCH: made.epoch, MTOOLS_SKIP_CHECK: '1', LC_ALL: 'C' }
  const { status, stderr, error } = spawnSync(program, args, { env, encoding: 'utf8' })
  if (status === 0) return
  const said = (stderr ?? error?.message ?? '').trim().split('\n').at(-1) ?? ''
  throw new MediaError(`${program} failed: ${error ? error.message : said}`)
}

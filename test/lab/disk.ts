import {
  createReadStream,
  createWriteStream,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { run } from './command.ts'

const mebibyte = 1 << 20
const imageMebibytes = 24
/** What lies around it may be the tables of a GPT. */
const partitionMebibytes = imageMebibytes - 2
const sectorsPerMebibyte = 2048

/** Makes an empty disk, as it comes from the shop. */
export function makeEmptyDisk(file: string, mebibytes = 128): void {
  writeFileSync(file, '')
  truncateSync(file, mebibytes * mebibyte)
}

/**
 * Writes a gzipped raw disk image with kernel and initrd that boots on BIOS (syslinux) and, unless it is for BIOS
 * alone, on UEFI (systemd-boot), and says `BOOTED FROM DISK` on its serial console. `work` is a folder for parts.
 */
export async function writeDiskImage(
  kernelImage: string,
  initrd: string,
  file: string,
  work: string,
  biosOnly = false,
): Promise<void> {
  const raw = `${work}/disk.img`
  makeEmptyDisk(raw, imageMebibytes)
  writeFileSync(raw, masterBootRecord(), { flag: 'r+' })
  await formatPartition(raw)
  await copyFiles(raw, kernelImage, initrd, work)
  if (!biosOnly) await copyEfi(raw, work)
  await run(['syslinux', '--install', '--offset', String(mebibyte), raw])
  await pipeline(createReadStream(raw), createGzip({ level: 6 }), createWriteStream(file))
}

/** The same with a GPT, as the images of clouds have it: an ESP that BIOS boots too. */
export async function makeGpt(image: string): Promise<void> {
  const sectors = partitionMebibytes * sectorsPerMebibyte
  const esp = `start=${sectorsPerMebibyte},size=${sectors},type=U,attrs=LegacyBIOSBootable`
  await run(['sh', '-c', 'printf "%s\\n" "label: gpt" "$1" | sfdisk -q --force "$0"', image, esp])
  const code = readFileSync('/usr/lib/syslinux/mbr/gptmbr.bin')
  writeFileSync(image, code, { flag: 'r+' })
}

/** Syslinux's boot code and one active FAT16 partition that begins at 1 MiB. */
function masterBootRecord(): Buffer {
  const record = Buffer.alloc(512)
  readFileSync('/usr/lib/syslinux/mbr/mbr.bin').copy(record)
  const entry = record.subarray(446, 462)
  entry.set([0x80, 0xfe, 0xff, 0xff, 0x0e, 0xfe, 0xff, 0xff])
  entry.writeUInt32LE(sectorsPerMebibyte, 8)
  entry.writeUInt32LE(partitionMebibytes * sectorsPerMebibyte, 12)
  record.writeUInt16LE(0xaa55, 510)
  return record
}

async function formatPartition(raw: string): Promise<void> {
  const sectors = String(partitionMebibytes * sectorsPerMebibyte)
  const geometry = ['-h', '64', '-s', '32', '-H', String(sectorsPerMebibyte), '-T', sectors]
  await run(['mformat', '-i', partition(raw), ...geometry, '::'])
}

async function copyFiles(raw: string, kernel: string, initrd: string, work: string): Promise<void> {
  await copy(raw, kernel, 'vmlinuz')
  await copy(raw, initrd, 'initrd.gz')
  await write(raw, 'syslinux.cfg', syslinuxConfig, work)
}

async function copyEfi(raw: string, work: string): Promise<void> {
  for (const folder of ['EFI', 'EFI/BOOT', 'loader', 'loader/entries']) {
    await run(['mmd', '-i', partition(raw), `::${folder}`])
  }
  await copy(raw, '/usr/lib/systemd/boot/efi/systemd-bootx64.efi', 'EFI/BOOT/BOOTX64.EFI')
  await write(raw, 'loader/loader.conf', ['timeout 0', 'default disk.conf'], work)
  await write(raw, 'loader/entries/disk.conf', systemdBootEntry, work)
}

function copy(raw: string, source: string, target: string): Promise<string> {
  return run(['mcopy', '-i', partition(raw), source, `::${target}`])
}

async function write(raw: string, target: string, lines: readonly string[], work: string) {
  writeFileSync(`${work}/part`, `${lines.join('\n')}\n`)
  await copy(raw, `${work}/part`, target)
}

function partition(raw: string): string {
  return `${raw}@@${mebibyte}`
}

const cmdline = 'console=ttyS0 quiet no_timer_check lab.role=disk lab.end=stay'

const syslinuxConfig = [
  'default disk',
  'prompt 0',
  'label disk',
  '  linux vmlinuz',
  '  initrd initrd.gz',
  `  append ${cmdline}`,
]

const systemdBootEntry = ['title Lab', 'linux /vmlinuz', 'initrd /initrd.gz', `options ${cmdline}`]

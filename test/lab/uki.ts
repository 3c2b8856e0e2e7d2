import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.ts'

/** Where the parts of the program lie in memory, as systemd's `linuxx64.efi.stub` finds them by name. */
const places = { '.osrel': 0x20000, '.cmdline': 0x30000, '.linux': 0x2000000, '.initrd': 0x4000000 }

/** Writes a kernel, an initrd and a command line as one UEFI program (UKI) into a folder. */
export async function writeUki(folder: string, cmdline: string): Promise<void> {
  writeFileSync(join(folder, 'cmdline'), cmdline)
  const parts: Readonly<Record<keyof typeof places, string>> = {
    '.osrel': '/etc/os-release',
    '.cmdline': join(folder, 'cmdline'),
    '.linux': join(folder, 'linux'),
    '.initrd': join(folder, 'initrd.gz'),
  }
  const sections = Object.entries(parts).flatMap(([name, file]) => [
    ...['--add-section', `${name}=${file}`],
    ...['--change-section-vma', `${name}=${places[name as keyof typeof places]}`],
  ])
  const stub = '/usr/lib/systemd/boot/efi/linuxx64.efi.stub'
  await run(['objcopy', ...sections, stub, join(folder, 'uki.efi')])
}

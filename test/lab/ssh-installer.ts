import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CpioEntry } from '../../src/install/ssh/cpio.ts'
import type { Kernel } from '../../src/system/kernels.ts'
import { run } from './command.ts'
import { program, writeInitrd } from './installer.ts'

/** ext4 is also the driver of ext2; vfat takes its letters from the nls modules. */
const drivers = ['crc32c_generic', 'ext4', 'vfat', 'nls_cp437', 'nls_ascii', 'nls_utf8']

/** Programs of this system by their place in the installer; ssh looks into /usr/bin and /bin. */
const programs: Readonly<Record<string, string>> = {
  'usr/sbin/sshd': '/usr/sbin/sshd',
  'usr/bin/ssh-keygen': '/usr/bin/ssh-keygen',
  'usr/bin/nohup': '/usr/bin/nohup',
  'usr/bin/sfdisk': '/usr/sbin/sfdisk',
  'usr/bin/mkfs.ext2': '/usr/sbin/mke2fs',
  'usr/bin/mkfs.vfat': '/usr/sbin/mkfs.vfat',
  'usr/bin/extlinux': '/usr/bin/extlinux',
}

const files: Readonly<Record<string, string>> = {
  'etc/os-release': 'ID=nixos\nNAME=NixOS\nVERSION_ID="25.11"\nVARIANT_ID=installer\n',
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/bin/false\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  // Nobody gets in until there is a password or a key.
  'etc/shadow': 'root:*:19000::::::\nsshd:*:19000::::::\n',
  'etc/ssh/sshd_config': [
    'PermitRootLogin yes',
    'UsePAM no',
    'UseDNS no',
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    // The first choice of OpenSSH takes an emulated processor a second at each login.
    'KexAlgorithms curve25519-sha256',
    '',
  ].join('\n'),
}

/** Writes an initrd whose installer has an SSH server and waits; what it does is in `ssh-installer.sh`. */
export async function writeSshInitrd(kernel: Kernel, file: string): Promise<void> {
  writeInitrd(kernel, file, { drivers, entries: withFolders(await entries()) })
}

async function entries(): Promise<CpioEntry[]> {
  const libraries = await sharedLibraries(Object.values(programs))
  const system = {
    ...programs,
    ...Object.fromEntries(libraries.map(path => [path.slice(1), path])),
  }
  return [
    ...Object.entries(system).map(([path, source]) => program(path, readFileSync(source))),
    ...Object.entries(files).map(([path, text]) => plain(path, Buffer.from(text))),
    program('usr/bin/nixos-install', own('nixos-install.sh')),
    plain('more.sh', own('ssh-installer.sh')),
    plain('usr/share/boot/mbr.bin', readFileSync('/usr/lib/syslinux/mbr/mbr.bin')),
    plain(
      'usr/share/boot/systemd-bootx64.efi',
      readFileSync('/usr/lib/systemd/boot/efi/systemd-bootx64.efi'),
    ),
    ...['mnt', 'root', 'run/sshd', 'var'].map(path => ({ path, mode: 0o40755 })),
  ]
}

/** Absolute paths of the libraries that these programs load, and of what loads them. */
async function sharedLibraries(paths: readonly string[]): Promise<string[]> {
  const listed = await run(['ldd', ...paths])
  return [...new Set(listed.match(/(?<=\s)\/[^\s:]+(?= \()/g))]
}

/** The entries with every folder before what lies in it. */
function withFolders(list: readonly CpioEntry[]): CpioEntry[] {
  const folders = new Set<string>()
  for (const { path } of list) {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder)
  }
  const made = [...folders].sort().map(path => ({ path, mode: 0o40755 }))
  return [...made, ...list.filter(({ path }) => !folders.has(path))]
}

function plain(path: string, content: Uint8Array): CpioEntry {
  return { path, mode: 0o100644, content }
}

function own(name: string): Buffer {
  return readFileSync(new URL(name, import.meta.url))
}

import { accessSync, existsSync } from 'node:fs'
import { apt } from './apt.ts'
import { attempt } from './command.ts'

/** Names of Debian packages, and what each is for. */
export type Packages = Readonly<Record<string, string>>

/** What the demo needs from Debian, and why. */
export const demoPackages: Packages = {
  'qemu-system-x86': 'the machines',
  'ipxe-qemu': 'the boot ROM of their network cards',
  ipxe: 'loaders: undionly.kpxe, snponly.efi, ipxe.efi',
  iproute2: 'network namespaces, bridges and taps',
  'busybox-static': 'the installer; also udhcpc and tftp as clients',
  'syslinux-common': 'boots the installed disk on BIOS',
  syslinux: 'puts that onto the disk image',
  radvd: 'an IPv6 router, for which iPXE waits 15 s where there is none',
  procps: 'sysctl, for what a kernel does with ARP and routes',
  mtools: 'fills the disk image without mounting it',
}

/** What the tests and the lab need besides. */
export const packages: Packages = {
  ...demoPackages,
  'qemu-system-arm': 'the machines with ARM processors',
  'qemu-system-misc': 'the one with a RISC-V processor',
  'u-boot-qemu': 'its firmware',
  ovmf: 'UEFI firmware',
  'qemu-efi-aarch64': 'UEFI firmware for ARM',
  pxelinux: 'a loader for BIOS: pxelinux.0, lpxelinux.0',
  'shim-signed': 'what Secure Boot starts',
  'grub-efi-amd64-signed': 'what shim starts',
  'debian-installer-12-netboot-arm64': 'GRUB, a kernel and programs for ARM',
  'linux-image-cloud-amd64': 'the kernel that the machines boot',
  'linux-image-amd64': 'the kernel of the agent, with all drivers',
  ndisc6: 'rdisc6, which hears IPv6 routers',
  'dhcpcd-base': 'dhcpcd, a DHCP client',
  'systemd-boot-efi': 'boots the installed disk on UEFI',
  'dnsmasq-base': 'the DHCP server that was there first',
  'kea-dhcp4-server': 'another one, with the lines that explain prints for it',
  'kea-dhcp6-server': 'its like for IPv6',
  'kea-admin': 'perfdhcp, which is many clients',
  'isc-dhcp-server': 'and the one that was there before Kea',
  prometheus: 'promtool, which checks metrics and alert rules',
  'libarchive-tools': 'bsdtar, which takes discs apart',
  xorriso: 'makes discs',
  'grub-pc-bin': 'what a medium of ours starts on BIOS',
  'grub-efi-amd64-bin': 'what it starts on UEFI',
  'tinyproxy-bin': 'the only way out of a network',
  ipmitool: 'speaks IPMI with BMCs',
  'freeipmi-tools': 'speaks IPMI where ipmitool is not there',
  openipmi: 'ipmi_sim, a BMC',
  'python3-sushy': 'a Redfish client',
  'libvirt-clients': 'virsh',
  'libvirt-daemon': 'the libvirt that virsh asks',
  snmpd: 'an SNMP agent, which holds the outlets of a PDU',
  curl: 'HTTP client, also into the namespaces',
  atftp: 'TFTP client with options',
  'tftp-hpa': 'TFTP client',
  postgresql: 'the database that a store can be kept in',
  'isc-dhcp-relay': 'a relay that tells ports',
  'isc-dhcp-client': 'DHCP client',
  chromium: 'the browser that looks at the page',
  strace: 'shows that a write is on disk before an answer leaves',
  'openssh-client': 'how the daemon logs in',
  sshpass: 'gives ssh a password',
  openssl: 'makes the hash of that password',
  'openssh-server': 'the SSH server of installers',
  extlinux: 'puts a boot loader onto disks that are installed by hand',
  fdisk: 'sfdisk for the installer',
  e2fsprogs: 'mkfs.ext2 for the installer',
  dosfstools: 'mkfs.vfat for the installer',
  binutils: 'objcopy, which puts a kernel and initrd into one UEFI program',
  cpio: 'unpacks an initrd that we made',
  'man-db': 'opens the manual page',
  mmdebstrap: 'makes a bare Debian',
  zsh: 'tries its completion',
  fish: 'tries its completion',
  tmux: 'the terminal that the live table is watched in',
  tshark: 'reads the captures that the daemon writes, and sees magic packets',
  'kexec-tools': 'boots a kernel from a running one',
  'debian-installer-12-netboot-amd64': 'the installer of Debian, as it is netbooted',
  gpg: 'signs what `pull` verifies with gpgv',
  shellcheck: 'looks at the scripts that are served',
  'cloud-init': 'its schema, for user-data',
  ignition: 'ignition-validate, for Ignition configs',
  zstd: 'what the agent is packed by',
  efibootmgr: 'makes boot entries, in the agent',
  partclone: 'tells what is free in file systems, in the agent',
  xfsprogs: 'makes XFS and reads its log',
  'btrfs-progs': 'makes and checks Btrfs',
  tcpdump: 'hears switches, in the agent',
  lldpd: 'a switch that says who it is',
  'xz-utils': 'unpacks images',
  'qemu-utils': 'qemu-img, which converts qcow2',
  jq: 'writes the facts that client.nix sends',
  'nix-bin': 'nix-instantiate, which parses the NixOS modules',
}

/** The one that no machine needs. */
export const browserPackage = 'chromium'

/** Packages of a list that are not installed. */
export async function missingPackages(wanted: Packages = packages): Promise<string[]> {
  const names = Object.keys(wanted)
  // It exits with 1 when it does not know one of them, and still tells about the others.
  const format = ['-f', '$' + '{Package} $' + '{db:Status-Status}\n']
  const { stdout } = await attempt(['dpkg-query', '-W', ...format, ...names])
  // With its triggers pending or at work it is installed, and another package is being installed just now.
  const lines = stdout
    .split('\n')
    .filter(line => /^\S+ (?:installed|triggers-\w+|half-configured)$/.test(line))
  const installed = new Set(lines.map(line => line.split(' ')[0]))
  return names.filter(name => !installed.has(name))
}

/**
 * Installs what is missing where that is possible (root, apt-get), and says how far it is: other lines
 * may come between. Returns what is missing still.
 */
export async function ensurePackages(say: (line: string) => void): Promise<string[]> {
  const missing = await missingPackages()
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    return missing
  }
  say('Installing what is missing:')
  for (const name of missing) say(`  ${name} (${packages[name]})`)
  let said = 0
  const progress = (percent: number, what: string) => {
    if (percent < said + 10) return
    said = percent
    say(`packages: ${percent} %, ${what}`)
  }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...missing]]) {
    said = 0
    const complaints = await apt(args, progress)
    if (complaints !== '') say(complaints.trimEnd())
  }
  return missingPackages()
}

/** The command that installs these packages. */
export function installCommand(names: readonly string[]): string {
  return `sudo apt-get install -y --no-install-recommends ${names.join(' ')}`
}

/** Why machines cannot be started here, if so: a sentence that says what to do. */
export async function labObstacle(wanted: Packages = packages): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'the lab needs root: sudo npm test (or sudo npm run lab)'
  if (!isThere('/dev/net/tun')) return 'the lab needs /dev/net/tun: modprobe tun'
  const missing = (await missingPackages(wanted)).filter(name => name !== browserPackage)
  if (missing.length > 0) return `the lab needs more packages: ${installCommand(missing)}`
  const { code, stderr } = await attempt(['unshare', '--net', '--mount', 'true'])
  return code === 0 ? undefined : `the lab may not make network namespaces here: ${stderr.trim()}`
}

function isThere(path: string): boolean {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

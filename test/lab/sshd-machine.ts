import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt, run } from './command.ts'
import type { Network, Peer } from './network.ts'
import { waitUntil } from './wait.ts'

/** What a boot script gives: the kernel's command line and the URLs of the initrds. */
export interface Script {
  readonly text: string
  readonly cmdline: string
  readonly initrds: readonly string[]
}

/**
 * A machine as SSH sees it: a namespace with a network card, a real sshd, and processes, a command line,
 * a boot id and disks of its own. Its file system is ours, but for /root and /mnt; what is installed lies
 * in `folder`. Its `nixos-install` writes a line to the disk, and its `reboot` ends all that runs on it.
 */
export interface SshdMachine {
  readonly peer: Peer
  readonly mac: string
  readonly folder: string
  /** Where the scripts of the tests write to. */
  readonly disk: string
  /** The script that it is given. */
  fetchScript(host?: string): Promise<Script>
  /** Boots what a script says: password and keys come from there, as NixOS media take them. */
  bootInstaller(script: Script): Promise<void>
  /** Boots a system that lets in who has this public key. */
  bootSystem(cmdline: string, publicKey?: string): Promise<void>
  off(): Promise<void>
  /** Whether this process of the machine runs; by the id that it has there. */
  runs(pid: number): boolean
  /** Has this address and no other, and asks for its script at that one. */
  useIpv6(own: string, server: string): Promise<void>
  /** Takes whatever address a DHCP server gives it instead of its own. */
  takeAddress(): Promise<string>
  /** Asks for a URL as this machine; with what is to be posted. */
  ask(url: string, posted?: string): Promise<{ status: number; text: string }>
}

/** Sectors. */
const gigabyte = 2_000_000
const folders: string[] = []
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** What runs on a machine: its sshd, with the files that make it one of its own. */
function createBody(folder: string, inside: readonly string[], disk: string) {
  let sshd: ChildProcess | undefined

  const write = (name: string, text: string, mode = 0o600) => {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), mode)
  }
  /** The first process of the machine, by the id that it has here; nothing outlives it. */
  const init = () => {
    const children = `/proc/${sshd?.pid}/task/${sshd?.pid}/children`
    return existsSync(children) ? readFileSync(children, 'utf8').trim() : ''
  }
  const off = async () => {
    const ended = sshd && isRunning(sshd) && new Promise(resolve => sshd?.once('exit', resolve))
    if (init() !== '') process.kill(Number(init()), 'SIGKILL')
    await ended
    sshd = undefined
  }
  const start = async (cmdline: string, hash: string) => {
    write('cmdline', `${cmdline}\n`, 0o644)
    write('boot_id', `${randomUUID()}\n`, 0o644)
    const shadow = readFileSync('/etc/shadow', 'utf8')
    write('shadow', shadow.replace(/^root:[^:]*:/m, `root:${hash}:`))
    write('os-release', 'ID=nixos\nVARIANT_ID=installer\n', 0o644)
    rmSync(join(folder, 'root'), { recursive: true, force: true })
    for (const name of ['root', 'bin']) mkdirSync(join(folder, name), { recursive: true })
    write('bin/nixos-install', `#!/bin/sh\necho installed >> ${disk}\n`, 0o755)
    write('bin/reboot', '#!/bin/sh\nkill 1\n', 0o755)
    write('sshd_config', sshdConfig(folder))
    write('boot.sh', bootScript(folder))
    sshd = spawn('setpriv', [
      ...['--pdeathsig', 'KILL', ...inside],
      ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['sh', join(folder, 'boot.sh')],
    ])
    sshd.stderr?.on('data', text => writeFileSync(join(folder, 'log'), text, { flag: 'a' }))
    const probe = 'exec 3<>/dev/tcp/127.0.0.1/22 && head -c 4 <&3'
    const failed = () => `sshd: ${readFileSync(join(folder, 'log'), 'utf8')}`
    await waitUntil(failed, 20, async () => {
      const { stdout } = await attempt([...inside, 'timeout', '10', 'bash', '-c', probe])
      return stdout === 'SSH-' || undefined
    })
  }
  const newHostKey = async () => {
    for (const name of ['host_key', 'host_key.pub']) rmSync(join(folder, name), { force: true })
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host_key')])
  }
  return { write, init, off, start, newHostKey }
}

/** A machine of a network, off; without a MAC it has one of its own. */
export async function addSshdMachine(
  network: Network,
  address: string,
  mac?: string,
): Promise<SshdMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-sshd-'))
  folders.push(folder)
  const peer = await network.addPeer(address)
  const inside = ['ip', 'netns', 'exec', peer.namespace]
  if (mac !== undefined) await run([...inside, 'ip', 'link', 'set', 'eth0', 'address', mac])
  const own = (await run([...inside, 'cat', '/sys/class/net/eth0/address'])).trim()
  const disk = join(folder, 'disk')
  let server = network.address
  const curl = (url: string, more: readonly string[] = []) =>
    run([...inside, 'curl', '-gsS', '--fail-with-body', ...more, url])
  const { write, init, off, start, newHostKey } = createBody(folder, inside, disk)

  return {
    ...{ peer, mac: own, folder, disk, off },
    runs: pid => init() !== '' && existsSync(`/proc/${init()}/root/proc/${pid}`),
    async useIpv6(address6, server6) {
      await run([...inside, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=0'])
      await run([...inside, 'ip', '-4', 'address', 'flush', 'dev', 'eth0'])
      await run([...inside, 'ip', 'address', 'add', `${address6}/64`, 'dev', 'eth0', 'nodad'])
      server = `[${server6}]`
    },
    async takeAddress() {
      await run([...inside, 'ip', 'address', 'flush', 'dev', 'eth0'])
      write('udhcpc.sh', takeScript, 0o755)
      const udhcpc = ['busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-f', '-s']
      return (await run([...inside, ...udhcpc, join(folder, 'udhcpc.sh')])).trim()
    },
    async ask(url, posted) {
      const post = posted === undefined ? [] : ['--data', posted]
      const command = ['curl', '-gsS', '-w', '\n%{http_code}', ...post, url]
      const { stdout } = await attempt([...inside, ...command])
      const cut = stdout.lastIndexOf('\n')
      return { status: Number(stdout.slice(cut + 1)), text: stdout.slice(0, cut) }
    },
    async fetchScript(host = own) {
      const text = await curl(`http://${server}:8080/boot/${host}/boot.ipxe`)
      const cmdline = /^kernel --name kernel \S+ (.*) \|\| goto later$/m.exec(text)?.[1] ?? ''
      const initrds = [...text.matchAll(/^initrd --name \S+ (\S+) /gm)].map(([, url = '']) => url)
      return { text, cmdline, initrds }
    },
    async bootInstaller({ cmdline, initrds }) {
      await off()
      write('authorized_keys', '')
      await newHostKey()
      const login = initrds.find(url => url.includes('/logins/'))
      if (login !== undefined) await restoreAccess(login)
      const hash = /live\.nixos\.passwordHash=(\S+)/.exec(cmdline)?.[1] ?? '*'
      await start(cmdline, hash)
    },
    async bootSystem(cmdline, publicKey = '') {
      await off()
      write('authorized_keys', `${publicKey}\n`)
      await newHostKey()
      await start(cmdline, '*')
    },
  }

  /** As restore-remote-access.nix of nixos-images does. */
  async function restoreAccess(url: string) {
    const root = join(folder, 'initrd-root')
    rmSync(root, { recursive: true, force: true })
    mkdirSync(root)
    await curl(url, ['-o', join(folder, 'initrd.gz')])
    await run([
      'sh',
      '-ec',
      `cd ${root}; zcat ../initrd.gz | cpio -idm --quiet; ls *.json > /dev/null`,
    ])
    const read = (name: string) => readFileSync(join(root, 'ssh', name), 'utf8')
    write('authorized_keys', read('authorized_keys'))
    write('host_key', read('ssh_host_ed25519_key'))
    write('host_key.pub', read('ssh_host_ed25519_key.pub'))
  }
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode === null && signalCode === null

const takeScript = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address add "$ip/24" dev eth0
echo "$ip"
`

function sshdConfig(folder: string): string {
  return `HostKey ${folder}/host_key
AuthorizedKeysFile ${folder}/authorized_keys ${folder}/root/.ssh/authorized_keys
SetEnv PATH=${folder}/bin:/usr/bin:/bin
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication yes
UseDNS no
`
}

/** What it shows of itself lies over what the kernel shows of us. */
function bootScript(folder: string): string {
  const size = 20 * gigabyte
  return `set -e
mount --bind ${folder}/cmdline /proc/cmdline
mount --bind ${folder}/boot_id /proc/sys/kernel/random/boot_id
mount --bind ${folder}/shadow /etc/shadow
mount --bind ${folder}/os-release /etc/os-release
mount --bind ${folder}/root /root
mount -t tmpfs none /mnt
mount -t tmpfs none /sys/block
mkdir -p /sys/block/vda/device
echo ${size} > /sys/block/vda/size
echo 'LAB DISK' > /sys/block/vda/device/model
echo D-1 > /sys/block/vda/serial
mkdir -p /run/sshd
exec /usr/sbin/sshd -D -e -f ${folder}/sshd_config
`
}

/** Whether anything was written to the disk of a machine. */
export function isUntouched({ disk }: SshdMachine): boolean {
  return !existsSync(disk)
}

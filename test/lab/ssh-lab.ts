import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { cpio } from '../../src/install/ssh/cpio.ts'
import { run } from './command.ts'
import { serverNetwork } from './config.ts'
import type { Daemon } from './daemon.ts'
import { newestKernel } from './kernel.ts'
import { createLab, type Lab } from './lab.ts'
import { writeSshInitrd } from './ssh-installer.ts'

/** A lab whose installers have an SSH server, and whose daemon finds a stand-in for nixos-anywhere. */
export interface SshLab extends Lab {
  /** The stand-in's command lines, one a run. */
  runs(): string[]
}

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** What the kernel of an installed system is told. */
const installed = 'console=ttyS0 quiet no_timer_check lab.role=disk lab.end=stay'

/** Builds the media: `images/nixos` as nix-build leaves it, `images/small`, and a flake, so to say. */
export async function createSshLab(): Promise<SshLab> {
  const lab = await createLab()
  const at = (path: string) => join(lab.folder, path)
  for (const path of ['assets/images/nixos', 'assets/images/small', 'flake/node1/system', 'bin']) {
    mkdirSync(at(path), { recursive: true })
  }
  const kernel = newestKernel()
  const initrd = at('assets/images/nixos/initrd')
  await writeSshInitrd(kernel, initrd)
  misalign(initrd)
  const copies: Readonly<Record<string, string>> = {
    'assets/images/nixos/bzImage': kernel.image,
    'assets/images/small/linux': kernel.image,
    'assets/images/small/initrd.gz': initrd,
    'assets/images/small/mbr.bin': '/usr/lib/syslinux/mbr/mbr.bin',
    'assets/images/small/systemd-bootx64.efi': '/usr/lib/systemd/boot/efi/systemd-bootx64.efi',
    'flake/node1/disko': beside('disko.sh'),
    'flake/node1/system/kernel': kernel.image,
    'flake/node1/system/initrd': initrd,
    'bin/nixos-anywhere': beside('anywhere/nixos-anywhere'),
  }
  for (const [path, source] of Object.entries(copies)) copyFileSync(source, at(path))
  // The daemon asks whether it is there; the stand-in does without.
  writeFileSync(at('bin/nix'), '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(at('assets/images/nixos/netboot.ipxe'), netbootScript)
  writeFileSync(at('flake/node1/system/cmdline'), installed)
  await makeOwnersKey(at('owner'), at('assets/images/small/owner.gz'))
  return { ...lab, runs: () => readFileSync(at('bin/runs'), 'utf8').trimEnd().split('\n') }
}

const netbootScript = `#!ipxe
kernel bzImage init=/init initrd=initrd console=ttyS0 quiet no_timer_check \${cmdline}
initrd initrd
boot
`

/** The next initrd begins at a byte that is no multiple of four where a loader does not care for it. */
function misalign(file: string): void {
  const bytes = readFileSync(file)
  const extra = (5 - (bytes.length % 4)) % 4
  writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(extra)]))
}

/** A private key, and the initrd that makes media let in who has it. */
export async function makeOwnersKey(file: string, initrd: string): Promise<void> {
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file])
  const content = readFileSync(`${file}.pub`)
  const folders = ['root', 'root/.ssh'].map(path => ({ path, mode: 0o40700 }))
  const key = { path: 'root/.ssh/authorized_keys', mode: 0o100600, content }
  writeFileSync(initrd, gzipSync(cpio([...folders, key])))
}

/** How `node1` is installed. */
export interface Way {
  readonly deploy: 'script' | 'anywhere'
  readonly login: 'password' | 'key' | 'own'
}

/** Starts the daemon for the host `node1`, with the stand-in in its PATH. */
export function startSshDaemon(lab: SshLab, mac: string, { deploy, login }: Way): Promise<Daemon> {
  const media = login === 'own' ? ownMedia : 'nixos: images/nixos'
  const script = fileURLToPath(new URL('../../config/install-by-hand.sh', import.meta.url))
  const config = `
dataDir: ./data
assets: ./assets
admin: { tokenFile: ./token, allow: [127.0.0.0/8] }
networks:
  lab:
    interface: br0
${serverNetwork}
profiles:
  lab:
    ${media}
    phoneHome: ssh
    login: ${login}
    deploy: ${deploy}
    verify: { up: 30m }
    vars: { disk: /dev/vda }
    expect: { disk: { name: /dev/vda } }
    callbacks: [notify]
hosts:
  node1: { mac: "${mac}", address: 10.77.0.20, profile: lab }
callbacks:
  notify: { when: [ready, installed, failed], webhook: { url: "${lab.hook.url}" } }
  script:
    ssh:
      script: ${script}
      args: ["{{ host.vars.disk }}", "{{ server.url }}/assets/images/small", "${installed}"]
  anywhere:
    nixosAnywhere:
      flake: "./flake#{{ host.name }}"
      extraArgs: [--no-substitute-on-destination]
      # A bound that is met on a slow day would fail the install, and not only this test.
      timeouts: { connect: 30m, facts: 30m, reboot: 60m }
`
  const path = `PATH=${join(lab.folder, 'bin')}:${process.env.PATH}`
  return lab.startDaemon(config, ['env', path])
}

const ownMedia = `kernel: images/small/linux
    initrd: [images/small/initrd.gz, images/small/owner.gz]
    cmdline: console=ttyS0 quiet no_timer_check
    identityFile: owner`

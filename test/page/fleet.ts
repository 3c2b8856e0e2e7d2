import type { Test } from 'tap'
import type { Arch } from '../../src/boot/arch.ts'
import { type DhcpWire, openDhcpWire, tftpGet } from '../daemon/client.ts'
import { type Daemon, makeDaemon } from '../daemon/daemon.ts'
import { ask, type Machine, makeMachine } from '../daemon/machine.ts'
import { debian } from '../daemon/settings.ts'
import { fetchSlowly } from './slow-fetch.ts'

const server = '10.77.0.1'
const racks = 6
const perRack = 32

/** Machines of racks, on a network of their own (10.77.0.0/16 on loopback). */
export interface Fleet {
  readonly daemon: Daemon
  /** Takes a host as far as this; the names of `bringTo` and what lies between them. */
  bring(name: string, to: Stage): Promise<Machine>
  /** A machine that is not in the config asks. */
  stranger(mac: string, arch: Arch): Promise<void>
}

const stages = ['asked', 'loader', 'downloading', 'ready', 'halfway', 'done', 'up'] as const
export type Stage = (typeof stages)[number]

/** What writes like an installer that works from outside, a line at a time. */
const deploy = `#!/bin/sh
while IFS= read -r line; do echo "$line"; sleep 0.15; done <<END
connects to root@$2
reads the machine: 8 cores, 32 GiB, disk $3 (480 GB)
+ sgdisk --clear --new=1:0:+512M --new=2:0:0 $3
+ mkfs.fat -F 32 \${3}p1
+ mkfs.ext4 -q \${3}p2
copies 312 paths (1.8 GiB)
installs the boot loader
+ umount -R /mnt
done in 2 min 41 s
END
`

export async function startFleet(t: Test): Promise<Fleet> {
  const daemon = await makeDaemon(t, ports => ({
    http: { port: ports.http, address: ['127.0.0.1', server] },
    networks: {
      rack: {
        subnet: '10.77.0.0/16',
        serverAddress: server,
        mode: 'server',
        leaseTo: 'all',
        range: '10.77.200.1-10.77.200.99',
      },
    },
    profiles: {
      debian: { ...debian, vars: { disk: 'required' } },
      nixos: { ...debian, vars: { disk: 'required' }, deploy: 'build-and-copy' },
      rescue: { kernel: 'images/kernel', boot: 'once' },
      kiosk: { kernel: 'images/kernel', boot: 'always' },
    },
    callbacks: {
      notify: {
        when: ['ready', 'installed', 'failed'],
        webhook: { url: `http://127.0.0.1:${ports.hook}/hook` },
      },
      'build-and-copy': {
        command: {
          run: [
            'sh',
            'deploy.sh',
            '{{ host.name }}',
            '{{ attempt.address }}',
            '{{ host.vars.disk }}',
          ],
        },
      },
    },
    hosts: allHosts(),
  }))
  daemon.write('deploy.sh', deploy)
  daemon.write('assets/loaders/snponly.efi', Buffer.alloc(270_000, 'loader'))
  daemon.write('assets/images/kernel', Buffer.alloc(8_300_000, 'kernel'))
  daemon.write('assets/images/initrd', Buffer.alloc(160_000_000, 'initrd'))
  await daemon.start()
  const wire = await openDhcpWire(t, daemon.ports, server)
  const macs = new Map(Object.entries(allHosts()).map(([name, { mac }]) => [name, mac]))
  return {
    daemon,
    bring: (name, to) => bring(daemon, wire, { name, mac: macs.get(name) ?? '' }, to),
    async stranger(mac, arch) {
      await makeMachine(daemon, wire, mac, { arch, server }).lease()
    },
  }
}

/** `r1-n01` to `r6-n32`. */
function allHosts() {
  const places = Array.from({ length: racks * perRack }, (_, n) => n)
  return Object.fromEntries(
    places.map(n => {
      const [rack, unit] = [Math.floor(n / perRack) + 1, (n % perRack) + 1]
      const two = (number: number) => String(number).padStart(2, '0')
      const profile = rack === 6 ? 'kiosk' : rack % 2 === 0 ? 'nixos' : 'debian'
      return [
        `r${rack}-n${two(unit)}`,
        {
          mac: `3c:ec:ef:77:${two(rack)}:${unit.toString(16).padStart(2, '0')}`,
          address: `10.77.${rack}.${unit}`,
          profile,
          tags: [`rack${rack}`],
          vars: { disk: rack % 2 === 0 ? '/dev/nvme0n1' : '/dev/sda' },
        },
      ]
    }),
  )
}

async function bring(
  daemon: Daemon,
  wire: DhcpWire,
  { name, mac }: { name: string; mac: string },
  to: Stage,
): Promise<Machine> {
  const arch = name.startsWith('r3') ? 'bios' : 'x64-efi'
  const machine = makeMachine(daemon, wire, mac, { arch, server })
  let script = ''
  const steps: Record<Stage, () => Promise<unknown>> = {
    asked: () => ask(daemon, name),
    async loader() {
      const { file } = await machine.lease()
      await tftpGet(daemon.ports.tftp, file, machine.address(), server)
    },
    async downloading() {
      await machine.lease('ipxe')
      script = (await machine.script()).text
      await machine.fetch(/^kernel --name kernel (\S+)/m.exec(script)?.[1] ?? '')
      const initrd = /^initrd --name initrd0 (\S+)/m.exec(script)?.[1] ?? ''
      const rest = fetchSlowly(initrd, machine.address(), 12)
      if (to !== 'downloading') await rest()
    },
    ready: () =>
      machine.phoneHome('ready', { facts: { cpus: 8, memory: '32 GiB', disks: ['480 GB'] } }),
    halfway: () =>
      machine.phoneHome('progress', {
        percent: 20 + ((mac.charCodeAt(16) * 7) % 60),
        message: 'unpacks the base system',
      }),
    done: () => machine.phoneHome('done'),
    up: () => machine.phoneHome('up'),
  }
  for (const stage of stages.slice(0, stages.indexOf(to) + 1)) await steps[stage]()
  return machine
}

import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Daemon, startDaemon } from './daemon.ts'
import { makeEmptyDisk, writeDiskImage } from './disk.ts'
import { type Hook, startHook } from './hook.ts'
import { writeInitrd } from './installer.ts'
import { startIpv6Router } from './ipv6-router.ts'
import { newestKernel } from './kernel.ts'
import { type Machine, type MachineSettings, powerOn } from './machine.ts'
import { createNetwork, type Network } from './network.ts'

type Settings = Omit<MachineSettings, 'disk' | 'tap'>

/** A machine of the lab, which keeps its disk and the memory of its firmware. */
export interface LabMachine {
  readonly disk: string
  powerOn(otherwise?: Partial<Settings>): Machine
}

/** A network with everything that a machine needs to be installed; what a daemon serves lies in `folder`. */
export interface Lab {
  /** The config's folder: `answers.txt`, `assets/images/lab/` linux, initrd.gz, disk.img.gz. */
  readonly folder: string
  readonly network: Network
  readonly hook: Hook
  startDaemon(config: string, launcher?: readonly string[]): Promise<Daemon>
  /** A machine with an empty disk, off. */
  addMachine(settings: Settings): Promise<LabMachine>
  remove(): void
}

const secret = 'the hook secret of the lab'
const answers = 'answers for {{ host.name }}\n'

/**
 * Builds the images and the network. `remove` it in the end. With `biosOnly` its disk image boots on BIOS
 * alone; without `ipv6Router` it has what most racks have.
 */
export async function createLab({
  biosOnly = false,
  ipv6Router = true,
  ipv4 = true,
} = {}): Promise<Lab> {
  // First, so that at exit what writes into the folder has ended before that goes.
  const network = await createNetwork()
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-lab-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  if (ipv6Router) await startIpv6Router(network, folder)
  await writeImages(folder, biosOnly)
  const token = randomBytes(16).toString('hex')
  writeFileSync(join(folder, 'token'), `${token}\n`, { mode: 0o600 })
  writeFileSync(join(folder, 'answers.txt'), answers)
  writeFileSync(join(folder, 'hook-secret'), `${secret}\n`, { mode: 0o600 })
  if (!ipv4) await network.run(['ip', '-4', 'address', 'flush', 'dev', network.bridge])
  const own = ipv4 ? network.address : '127.0.0.1'
  const hook = await startHook(network, join(folder, 'hook-secret'), own)
  let machines = 0
  return {
    folder,
    network,
    hook,
    startDaemon: (config, launcher = []) => {
      writeFileSync(join(folder, 'config.yaml'), config)
      const files = { config: join(folder, 'config.yaml'), tokenFile: join(folder, 'token') }
      return startDaemon(network, { ...files, token, launcher })
    },
    addMachine: async settings => {
      const disk = join(folder, `machine${machines++}.raw`)
      makeEmptyDisk(disk)
      const tap = await network.addTap()
      return {
        disk,
        powerOn: otherwise => powerOn(network, { ...settings, ...otherwise, disk, tap }),
      }
    },
    remove: () => {
      network.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Bytes of a file that the lab serves. */
export function imageSize(lab: Lab, name: 'linux' | 'initrd.gz' | 'disk.img.gz'): number {
  return statSync(join(lab.folder, 'assets/images/lab', name)).size
}

async function writeImages(folder: string, biosOnly: boolean): Promise<void> {
  const images = join(folder, 'assets/images/lab')
  for (const path of [images, join(folder, 'work')]) mkdirSync(path, { recursive: true })
  const kernel = newestKernel()
  copyFileSync(kernel.image, join(images, 'linux'))
  writeInitrd(kernel, join(images, 'initrd.gz'))
  const disk = join(images, 'disk.img.gz')
  const work = join(folder, 'work')
  await writeDiskImage(kernel.image, join(images, 'initrd.gz'), disk, work, biosOnly)
}

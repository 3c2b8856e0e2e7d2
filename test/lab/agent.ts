import { closeSync, copyFileSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { main } from './daemon.ts'
import { makeGpt } from './disk.ts'
import type { Lab } from './lab.ts'

/** Runs a command of ours that needs no daemon. */
export async function runMain(lab: Lab, args: readonly string[]): Promise<void> {
  const { code, stderr } = await lab.network.attempt([process.execPath, main, ...args])
  if (code !== 0) throw new Error(stderr)
}

/** The agent, from the packages of this computer. */
export function buildAgent(lab: Lab, folder = 'assets'): Promise<void> {
  return runMain(lab, ['agent', 'build', '--assets', join(lab.folder, folder)])
}

/** The image of the lab, and one whose sum is another. */
export async function writeImages(lab: Lab): Promise<void> {
  const images = join(lab.folder, 'assets/images')
  const raw = join(lab.folder, 'work/disk.img')
  await makeGpt(raw)
  await runMain(lab, ['import', raw, 'golden', '--assets', join(lab.folder, 'assets')])
  copyFileSync(join(images, 'golden.raw.zst'), join(images, 'bad.raw.zst'))
  const measure = JSON.parse(readFileSync(join(images, 'golden.raw.zst.json'), 'utf8'))
  const wrong = { ...measure, sha256: '0'.repeat(64) }
  writeFileSync(join(images, 'bad.raw.zst.json'), JSON.stringify(wrong))
  writeFileSync(join(lab.folder, 'user-data'), 'phoneHome={{ phoneHome }}\n')
}

/** A config whose machines get an image, onto the only disk of this size. */
export function imageConfig(config: string): string {
  const profiles = `profiles:
  golden:
    image: images/golden.raw.zst
    cmdline: no_timer_check
    seed: { user-data: user-data }
    expect: { disk: { size: 128MiB } }
    verify: { up: 10m }
  bad: { extends: golden, image: images/bad.raw.zst }`
  return config.replace('profiles:', profiles)
}

/** Whether a mebibyte of a file is all zeros. */
export function isZero(file: string, mebibyte: number): boolean {
  const bytes = Buffer.alloc(1024 * 1024)
  const fd = openSync(file, 'r')
  readSync(fd, bytes, 0, bytes.length, mebibyte * bytes.length)
  closeSync(fd)
  return bytes.equals(Buffer.alloc(bytes.length))
}

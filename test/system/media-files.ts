import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** The header of a bzImage and nothing behind it that it says is there. */
export function bzImage(version: string, paragraphs = 16): Buffer {
  const image = Buffer.alloc(2 * 512 + paragraphs * 16)
  image[0x1f1] = 1
  image.writeUInt32LE(paragraphs, 0x1f4)
  image.write('HdrS', 0x202)
  image.writeUInt16LE(0x100, 0x20e)
  image.write(`${version} (builder@host) #1 SMP\0`, 0x300)
  return image
}

/** Writes a folder as nix-build leaves it: kernel, initrd and script of one made-up build. */
export function writeBuild(folder: string, build: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'bzImage'), bzImage(`6.12.${build.length}-${build}`))
  writeFileSync(join(folder, 'initrd'), gzipSync(`initrd of ${build}`))
  const line = `kernel bzImage init=/nix/store/${build}/init initrd=initrd loglevel=4 \${cmdline}`
  writeFileSync(join(folder, 'netboot.ipxe'), `#!ipxe\n${line}\ninitrd initrd\nboot\n`)
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

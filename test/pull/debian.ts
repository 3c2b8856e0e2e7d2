import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { run } from '../../src/cli/local/pull.ts'
import { fakeIo } from '../cli/fake.ts'
import { bzImage } from '../system/media-files.ts'
import { createSigner, type Signer, sha256, startPublisher } from './publisher.ts'

export const kernel = bzImage('6.1.0-test')
// Random, so that it is as large in every form; its head is that of gzip.
export const initrd = Buffer.concat([Buffer.from('1f8b0800', 'hex'), randomBytes(2_000_000)])
export const images = '/dists/bookworm/main/installer-amd64/current/images'
export const kernelPath = `${images}/netboot/debian-installer/amd64/linux`
export const initrdPath = `${images}/netboot/debian-installer/amd64/initrd.gz`
export const release = '/dists/bookworm/InRelease'

/** Its config. */
export const first = `# mine
networks:
  lan: { interface: lo } # this one

profiles: {}

# machines
hosts: {}
`

/** Debian's mirror, and a config with our catalogue's entry under a key of the test. */
export async function debian(t: Test, { signer = createSigner(t) }: { signer?: Signer } = {}) {
  const server = await startPublisher(t)
  const sums = [
    `${sha256(kernel)}  ./netboot/debian-installer/amd64/linux`,
    `${sha256(initrd)}  ./netboot/debian-installer/amd64/initrd.gz`,
  ].join('\n')
  const list = `SHA256:\n ${sha256(sums)} ${sums.length} main/installer-amd64/current/images/SHA256SUMS\n`
  const served: readonly (readonly [string, Buffer])[] = [
    [release, signer.clear(`Suite: stable\n${list}`)],
    [`${images}/SHA256SUMS`, Buffer.from(sums)],
    [kernelPath, kernel],
    [initrdPath, initrd],
  ]
  for (const [path, bytes] of served) server.files.set(path, bytes)
  const { io, dir, out, err } = fakeIo(t, 'http://127.0.0.1:1', { env: {} })
  const whole = readFileSync(new URL('../../config/catalogue.yaml', import.meta.url), 'utf8')
  const ours = whole.replaceAll('/usr/share/keyrings/debian-archive-keyring.gpg', signer.keyring)
  writeFileSync(join(dir, 'catalogue.yaml'), ours)
  writeFileSync(join(dir, 'bootwright.yaml'), first)
  const files = [
    '--config',
    join(dir, 'bootwright.yaml'),
    '--catalogue',
    join(dir, 'catalogue.yaml'),
  ]
  const words = ['debian@12', ...files, '--mirror', server.url]
  const pull = (...argv: string[]) => run([...words, ...argv], io)
  const image = join(dir, 'assets/images/debian')
  const config = () => readFileSync(join(dir, 'bootwright.yaml'), 'utf8')
  return { server, dir, image, words, pull, config, out, err, io, signer }
}

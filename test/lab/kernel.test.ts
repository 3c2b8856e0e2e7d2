import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { makeFolder } from '../folder.ts'
import { moduleContent, moduleFiles, plainName } from './kernel.ts'

// xz is unpacked by busybox.
const skip = ['/bin/busybox', '/usr/bin/xz'].some(path => !existsSync(path))

t.test('modules are found and read however they are packed', { skip }, async t => {
  const modules = makeFolder(t)
  const text = Buffer.from('a module')
  const write = (name: string, bytes: Buffer) => writeFileSync(join(modules, name), bytes)
  write('virtio.ko.xz', execFileSync('xz', ['-c', '--check=crc32'], { input: text }))
  write('virtio_net.ko.zst', zstdCompressSync(text))
  write('e1000.ko.gz', gzipSync(text))
  write('ahci.ko', text)
  const lines = [
    './virtio.ko.xz:',
    './virtio_net.ko.zst: ./virtio.ko.xz',
    './e1000.ko.gz:',
    './ahci.ko:',
  ]
  writeFileSync(join(modules, 'modules.dep'), `${lines.join('\n')}\n`)
  const kernel = { version: '1', image: '', modules }
  const files = moduleFiles(kernel, ['virtio_net', 'e1000', 'ahci', 'built_in'])
  const names = files.map(path => basename(plainName(path)))
  t.strictSame(names, ['virtio.ko', 'virtio_net.ko', 'e1000.ko', 'ahci.ko'])
  for (const file of files) t.same(moduleContent(file), text, file)
  t.same(moduleContent(join(modules, 'ahci.ko')), readFileSync(join(modules, 'ahci.ko')))
})

import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import type { Test } from 'tap'
import { makeFolder } from '../folder.ts'
import { machineRoot, type SysFiles } from './machine.ts'

export const mebibyte = 1024 * 1024

/** What the daemon of a test says and sends; what is undefined is as it should be. */
export interface WriterCase {
  readonly image?: Buffer
  /** What it runs, where that does not write an image, and its order. */
  readonly erases?: { readonly order: string }
  /** The same of a disk that is sent, and who takes it. */
  readonly captures?: {
    readonly order: string
    readonly take: (url: URL, body: Buffer, response: ServerResponse) => void
  }
  /** More of its machine. */
  readonly machine?: SysFiles
  /** From how many MiB on disks are sampled, MiB at each end, and points between. */
  readonly sampled?: { readonly whole: number; readonly end: number; readonly points: number }
  /** Programs of its own, by their names: shell scripts; `$AGENT_ROOT` is the machine. */
  readonly programs?: Readonly<Record<string, string>>
  /** The bytes as they are sent, where that is another thing. */
  readonly packed?: Buffer
  /** Lines of the order that differ. */
  readonly order?: Readonly<Record<string, string | number | undefined>>
  /** Answer files of the seed. */
  readonly seed?: Readonly<Record<string, string>>
  readonly diskBytes?: number
  /** Sends the image its own way; `end` must come. */
  readonly send?: (response: ServerResponse, bytes: Buffer, kill: () => void) => void
}

/** Programs of the writer that are not busybox. */
const others = [
  'sfdisk',
  'zstd',
  'mcopy',
  'mdir',
  'mformat',
  'dumpe2fs',
  'xfs_logprint',
  ...['fat', 'xfs', 'btrfs'].map(kind => `partclone.${kind}`),
]

/** Runs the writer of the agent on a file as its disk, with the programs that it has on machines and no others. */
export async function runWriter(t: Test, given: WriterCase) {
  const { image = Buffer.alloc(0), packed = image, seed, diskBytes = 16 * mebibyte } = given
  const heard: string[] = []
  const kill = () => void process.kill(-(child.pid ?? 0), 'SIGKILL')
  const server = createServer(async (request, response) => {
    const { method, url = '' } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const isDisk = url.startsWith('/captures/')
    heard.push(`${method} ${url} ${isDisk ? '' : body}`.trim())
    const { order } = given.erases ?? given.captures ?? { order: orderOf(given, diskBytes) }
    if (url === '/agent/TOKEN') response.end(order)
    else if (isDisk) given.captures?.take(new URL(url, 'http://daemon'), body, response)
    else if (url === '/image' && given.send) given.send(response, packed, kill)
    else if (url === '/image') response.end(packed)
    else if (method === 'POST') response.writeHead(204).end()
    else {
      const text = seed?.[url.split('/').at(-1) ?? '']
      response.writeHead(text === undefined ? 404 : 200).end(text)
    }
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const root = machineOf(t, url, diskBytes, given)
  const program = given.erases ? 'erase' : given.captures ? 'capture' : 'image'
  const child = spawn('/bin/busybox', ['sh', join(root, 'agent', program)], {
    env: { PATH: join(root, 'bin'), AGENT_ROOT: root, AGENT_PAUSE: '0.1' },
    detached: true,
  })
  let screen = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      screen += chunk
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  const said = readFileSync(join(root, 'dev/screen'), 'utf8')
  const failed = heard.map(line => /"failed","message":"(.*)"\}$/.exec(line)?.[1]).find(Boolean)
  return { code, screen: screen + said, heard, failed, disk: join(root, 'dev/vda'), root }
}

function orderOf({ image = Buffer.alloc(0), order, seed }: WriterCase, diskBytes: number) {
  const lines = {
    write: '',
    disk: '/dev/vda',
    serial: '"DISK-1"',
    size: diskBytes,
    image: '/image',
    packing: 'raw',
    bytes: image.length,
    sha256: createHash('sha256').update(image).digest('hex'),
    seed: seed && Object.keys(seed).join(' '),
    ...order,
  }
  const said = Object.entries(lines).filter(([, value]) => value !== undefined)
  return `${said.map(([name, value]) => `${name} ${value}`.trim()).join('\n')}\n`
}

function machineOf(
  t: Test,
  url: string,
  diskBytes: number,
  { machine, programs = {}, sampled }: WriterCase,
): string {
  const root = machineRoot(t, {
    'proc/cmdline': `bootwright=${url}/phone-home/TOKEN BOOTIF=01-52-54-00-12-34-56 agent=image\n`,
    'sys/class/tty/console/active': 'screen\n',
    'dev/screen': '',
    'dev/vda': Buffer.alloc(diskBytes, 'old'),
    'sys/block/vda/size': `${diskBytes / 512}\n`,
    'sys/block/vda/serial': 'DISK-1',
    'sys/block/vda/ro': '0\n',
    ...machine,
  })
  for (const name of ['run', 'bin', 'agent']) mkdirSync(join(root, name), { recursive: true })
  const folder = resolve('src/agent')
  for (const name of [...readdirSync(folder), ...readdirSync(join(folder, 'writer'))]) {
    if (!name.endsWith('.sh') && !['image', 'erase', 'capture'].includes(name)) continue
    const from = join(folder, readdirSync(folder).includes(name) ? name : `writer/${name}`)
    const script = readFileSync(from, 'utf8').replaceAll('/run/', `${root}/run/`)
    const seen = sampled && {
      whole_mib: sampled.whole,
      end_mib: sampled.end,
      points: sampled.points,
    }
    // Debian's busybox runs its own applets, whatever stands in the way of them; not before a function.
    const own = Object.keys(programs).map(name => `${name}() { "${root}/bin/${name}" "$@"; }\n`)
    const text = name.endsWith('.sh') ? script : own.join('') + script
    writeFileSync(join(root, 'agent', name), withSettings(text, seen))
  }
  for (const name of applets()) symlinkSync('/bin/busybox', join(root, 'bin', name))
  for (const name of others) symlinkSync(which(name), join(root, 'bin', name))
  for (const [name, script] of Object.entries(programs)) {
    rmSync(join(root, 'bin', name), { force: true })
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  return root
}

/** The script with other values of its settings, `NAME=NUMBER`. */
function withSettings(script: string, settings: Readonly<Record<string, number>> = {}): string {
  return Object.entries(settings).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name}=\\d+$`, 'm'), `${name}=${value}`),
    script,
  )
}

/** The applets of busybox that the agent and its writer have. */
function applets(): string[] {
  const hook = readFileSync('src/agent/build', 'utf8')
  const lists = [...hook.matchAll(/for each in ((?:[a-z0-9]+[\s\\]+)+[a-z0-9]+); do\n\s*ln -s/g)]
  return lists.flatMap(([, list = '']) => list.split(/[\s\\]+/).filter(Boolean))
}

function which(name: string): string {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], {
    encoding: 'utf8',
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
  return stdout.trim()
}

/** A disk image with a partition table: ESP and, last, a file system, of bytes that nobody foresees. */
export function diskImage(t: Test, label: 'gpt' | 'dos' | 'none', bytes = 6 * mebibyte): Buffer {
  const file = join(makeFolder(t), 'image')
  const content = randomBytes(bytes)
  content.fill(0, 0, mebibyte)
  writeFileSync(file, content)
  const types = label === 'gpt' ? ['U', 'L'] : ['ef', '83']
  const script = `label: ${label}\nstart=2048,size=4096,type=${types[0]}\nstart=6144,type=${types[1]}\n`
  if (label !== 'none') {
    const { status, stderr } = spawnSync(which('sfdisk'), ['-q', file], { input: script })
    if (status !== 0) throw new Error(String(stderr))
  }
  return readFileSync(file)
}

/** What `sfdisk` says of a disk. */
export function tableOf(disk: string): { readonly sound: boolean; readonly dump: string } {
  const ask = (option: string) => spawnSync(which('sfdisk'), [option, disk], { encoding: 'utf8' })
  const { stdout, stderr } = ask('-V')
  return { sound: /No errors detected/.test(stdout + stderr), dump: ask('-d').stdout }
}

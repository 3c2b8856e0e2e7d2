import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { makeFolder } from '../folder.ts'
import { diskImage, mebibyte, runWriter, tableOf, type WriterCase } from './writer-run.ts'

const piece = 4 * mebibyte

interface Taker {
  /** Looks at a piece before it is taken; true where it has seen to the answer. */
  readonly before?: (at: number, response: ServerResponse, forget: () => void) => boolean
  /** Answers when all was sent. */
  readonly whole?: (response: ServerResponse) => void
}

/** The agent sends `disk`; what the daemon has of it then. */
async function capture(t: Test, disk: Buffer, taker: Taker = {}, given: WriterCase = {}) {
  let [taken, sum] = [Buffer.alloc(0), '']
  const pieces: string[] = []
  const forget = () => {
    taken = Buffer.alloc(0)
  }
  const take = (url: URL, body: Buffer, response: ServerResponse) => {
    const at = Number(url.searchParams.get('at') ?? -1)
    if (url.pathname === '/captures/TOKEN/whole') {
      sum = url.searchParams.get('sha256') ?? ''
      if (taker.whole) return taker.whole(response)
    } else if (body.length > 0) {
      pieces.push(`${at}+${url.searchParams.get('bytes')}`)
      if (taker.before?.(at, response, forget)) return
      if (at !== taken.length) return void response.writeHead(409).end('it does not follow\n')
      taken = Buffer.concat([taken, zstdDecompressSync(body)])
    }
    response.end(`have ${taken.length}\n`)
  }
  const lines = ['capture', 'disk /dev/vda', 'serial "DISK-1"', `size ${disk.length}`]
  const order = `${[...lines, `piece ${piece}`, 'image shot.raw.zst'].join('\n')}\n`
  const machine = { 'dev/vda': disk, 'sys/block/vda/ro': '1\n', ...given.machine }
  const settings = { ...given, diskBytes: disk.length, machine, captures: { order, take } }
  const run = await runWriter(t, settings)
  t.ok(readFileSync(run.disk).equals(disk), 'nothing is written to it')
  return { ...run, taken, sum, pieces }
}

const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

t.test('a disk without a file system is sent from its first to its last byte', async t => {
  const disk = Buffer.concat([diskImage(t, 'gpt', 9 * mebibyte), randomBytes(512)])
  const { code, screen, taken, sum, pieces } = await capture(t, disk)
  t.equal(code, 0, screen)
  t.ok(taken.equals(disk))
  t.equal(sum, sumOf(disk))
  t.strictSame(pieces, [`0+${piece}`, `${piece}+${piece}`, `${2 * piece}+${mebibyte + 512}`])
})

t.test('a piece that is lost is sent again, and one that had come is not', async t => {
  const disk = randomBytes(9 * mebibyte)
  const seen = new Set<number>()
  const before = (at: number, response: ServerResponse) => {
    if (seen.has(at)) return false
    seen.add(at)
    if (at === 0) response.destroy()
    else if (at === piece) response.writeHead(503).end('standing by\n')
    return at <= piece
  }
  const { code, taken, sum, screen, pieces } = await capture(t, disk, { before })
  t.equal(code, 0, screen)
  t.ok(taken.equals(disk))
  t.equal(sum, sumOf(disk))
  t.strictSame(
    pieces,
    [0, 0, piece, piece, 2 * piece].map(at => `${at}+${at < 2 * piece ? piece : mebibyte}`),
  )
})

t.test('an answer that is lost costs nothing, a daemon that forgot begins anew', async t => {
  const disk = randomBytes(9 * mebibyte)
  let times = 0
  const before = (at: number, response: ServerResponse, forget: () => void) => {
    if (at !== piece || ++times > 1) return false
    forget()
    response.destroy()
    return true
  }
  const { code, taken, sum, screen, pieces } = await capture(t, disk, { before })
  t.equal(code, 0, screen)
  t.equal(pieces.length, 5)
  t.ok(taken.equals(disk))
  t.equal(sum, sumOf(disk))
})

t.test('who is refused for good stops, and says so where nobody knows it', async t => {
  const disk = randomBytes(5 * mebibyte)
  const saying = (status: number, text: string) => ({
    before: (_at: number, response: ServerResponse) => {
      response.writeHead(status).end(text)
      return true
    },
  })
  const full = await capture(t, disk, saying(422, 'there is no room\n'))
  t.equal(full.code, 1)
  t.match(full.screen, /does not take the disk: there is no room/)
  t.equal(full.failed, undefined)
  t.equal(full.pieces.length, 1)
  const stranger = await capture(t, disk, saying(404, 'no such token\n'))
  t.equal(stranger.failed, 'the daemon does not take the disk: 404 no such token')
  const whole = (response: ServerResponse) => void response.writeHead(422).end('another sum\n')
  const wrong = await capture(t, disk, { whole })
  t.equal(wrong.code, 1)
  t.match(wrong.screen, /another sum/)
})

t.test('a disk that cannot be read, or is another one, fails', async t => {
  const disk = randomBytes(9 * mebibyte)
  const dd = `case "$*" in *skip=64*) echo "dd: vda: Input/output error" >&2; exit 1 ;; esac
    exec /bin/busybox dd "$@"`
  const broken = await capture(t, disk, {}, { programs: { dd } })
  t.match(broken.failed, /\/dev\/vda cannot be read: dd: vda: Input\/output error/)
  t.equal(broken.pieces.length, 1)
  const other = await capture(t, disk, {}, { machine: { 'sys/block/vda/serial': 'OTHER' } })
  t.match(other.failed, /is not the disk any more that was reported/)
  const machine = { 'sys/block/vda/queue/logical_block_size': '4096\n' }
  const large = await capture(t, disk, {}, { machine })
  t.match(large.failed, /\/dev\/vda has sectors of 4096 bytes, and images are made for 512/)
})

const [bytes, content] = [32 * mebibyte, 'kept'.repeat(100_000)]

/** File systems with one file: how they are made on a file that is there, and looked at. */
const systems = {
  ext4: {
    make: ['mkfs.ext4', '-q', '-F', '-b', '4096', '-E', 'nodiscard', '-d', 'tree', 'part'],
    check: ['e2fsck', '-fn'],
  },
  'ext4 with small blocks': {
    make: ['mkfs.ext4', '-q', '-F', '-b', '1024', '-E', 'nodiscard', '-d', 'tree', 'part'],
    check: ['e2fsck', '-fn'],
  },
  xfs: {
    make: ['mkfs.xfs', '-q', '-f', '-K', '--unsupported', '-p', 'proto', 'part'],
    check: ['xfs_repair', '-n', '-f'],
  },
  btrfs: {
    make: ['mkfs.btrfs', '-q', '-f', '-K', '--mixed', '--rootdir', 'tree', 'part'],
    check: ['btrfs', 'check'],
  },
  fat: {
    make: ['sh', '-c', 'mkfs.vfat part && mcopy -i part tree/kept ::kept'],
    check: ['fsck.vfat', '-n'],
  },
} as const

function run([program = '', ...args]: readonly string[], cwd: string) {
  const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env })
  return { status, said: `${stdout}${stderr}` }
}

/** A disk with a file system that is its last partition, or all of it; what is free there was something before. */
function diskWith(t: Test, kind: keyof typeof systems, label: 'gpt' | 'none', change = '') {
  const at = label === 'none' ? 0 : 3 * mebibyte
  const image = diskImage(t, label, 40 * mebibyte)
  const proto = '/\n0 0\nd--755 0 0\nkept ---644 0 0 tree/kept\n$\n'
  const folder = makeFolder(t, { tree: { kept: content }, proto })
  const part = join(folder, 'part')
  writeFileSync(part, Buffer.alloc(bytes, 'deleted '))
  const { status, said } = run(systems[kind].make, folder)
  if (status !== 0) throw new Error(said)
  if (change !== '') run(['debugfs', '-w', '-R', change, part], folder)
  const system = readFileSync(part)
  const disk =
    label === 'none'
      ? system
      : Buffer.concat([image.subarray(0, at), system, image.subarray(at + bytes)])
  return { disk, at, machine: { 'dev/vda2': system } }
}

for (const [kind, label] of [
  ['ext4', 'gpt'],
  ['ext4', 'none'],
  ['ext4 with small blocks', 'gpt'],
  ['xfs', 'gpt'],
  ['btrfs', 'gpt'],
  ['fat', 'gpt'],
] as const) {
  t.test(`of ${kind} only what is used is sent, and it is sound (${label})`, async t => {
    const { disk, at, machine } = diskWith(t, kind, label)
    const { code, screen, taken, sum } = await capture(t, disk, {}, { machine })
    t.equal(code, 0, screen)
    t.equal(sum, sumOf(taken))
    t.equal(taken.length, disk.length)
    t.ok(taken.subarray(0, at).equals(disk.subarray(0, at)), 'what lies before is whole')
    t.ok(taken.subarray(at + bytes).equals(disk.subarray(at + bytes)), 'and behind')
    const folder = makeFolder(t)
    writeFileSync(join(folder, 'part'), taken.subarray(at, at + bytes))
    const check = run([...systems[kind].check, 'part'], folder)
    t.equal(check.status, 0, check.said)
    const text = taken.toString('latin1')
    t.ok(text.split('kept').length > 100_000, 'its file is there')
    const left = (text.split('deleted ').length * 8) / mebibyte
    t.ok(left < 16, `${left} MiB of what was deleted`)
  })
}

t.test('a file system that was not unmounted is sent whole, and told', async t => {
  const { disk } = diskWith(t, 'ext4', 'gpt', 'feature needs_recovery')
  const { code, taken, heard, screen } = await capture(t, disk)
  t.equal(code, 0, screen)
  t.ok(taken.equals(disk))
  t.match(heard.join('\n'), /the file system at 3 MiB is not clean: it is read whole"/)
})

t.test('of XFS its log says whether it was unmounted', async t => {
  const { disk, machine } = diskWith(t, 'xfs', 'gpt')
  const program = (state: string) => ({
    xfs_logprint: `echo "log tail: 2 head: 8 state: <${state}>"`,
  })
  const given = { machine, programs: program('DIRTY') }
  const { code, taken, heard, screen } = await capture(t, disk, {}, given)
  t.equal(code, 0, screen)
  t.ok(taken.equals(disk))
  t.match(heard.join('\n'), /at 3 MiB is not clean/)
})

t.test('where nobody can tell what is free all is sent, and that is told', async t => {
  // Without its node partclone cannot open it.
  const { disk } = diskWith(t, 'fat', 'gpt')
  const { code, taken, heard, screen } = await capture(t, disk)
  t.equal(code, 0, screen)
  t.ok(taken.equals(disk))
  t.match(heard.join('\n'), /what is free at 3 MiB cannot be told: it is read whole/)
})

t.test('the seed of an install stays behind, and goes when its image is written', async t => {
  for (const label of ['gpt', 'dos'] as const) {
    const seed = { 'user-data': 'a secret of the first\n', 'meta-data': 'first\n' }
    const first = await runWriter(t, { image: diskImage(t, label), seed })
    t.equal(first.code, 0, first.screen)
    const disk = readFileSync(first.disk)
    t.match(disk.toString('latin1'), 'a secret of the first')
    const { code, taken, screen } = await capture(t, disk)
    t.equal(code, 0, screen)
    t.notMatch(taken.toString('latin1'), /a secret of the first|CIDATA/)
    const again = { 'user-data': 'of the second\n', 'meta-data': 'second\n' }
    const second = await runWriter(t, { image: taken, seed: again, diskBytes: 24 * mebibyte })
    t.equal(second.code, 0, second.screen)
    const { sound, dump } = tableOf(second.disk)
    t.ok(sound, dump)
    const rows = [...dump.matchAll(/start= *(\d+), size= *(\d+)/g)].map(([, ...row]) =>
      row.map(Number),
    )
    const [, root = [0, 0], cidata = [0, 0], ...more] = rows
    t.strictSame(more, [], dump)
    t.equal(root[0], 6144)
    t.ok((root[1] ?? 0) > 30_000, `the last one is grown: ${dump}`)
    t.equal(cidata[1], 8192)
  }
})

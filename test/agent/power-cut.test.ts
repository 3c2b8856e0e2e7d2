import { readFileSync } from 'node:fs'
import t from 'tap'
import { diskImage, mebibyte, runWriter, tableOf, type WriterCase } from './writer-run.ts'

/** Ends everything that runs of the agent at once, as a power cut does. */
const cut = 'kill -KILL 0'

/** A `dd` before or after which the power fails, where its arguments fit. */
function cutAt(pattern: string, when: 'before' | 'after'): WriterCase {
  const fails = `case $* in *${pattern}*) ${cut} ;; esac`
  const dd = '/bin/busybox dd "$@" || exit'
  return { programs: { dd: (when === 'before' ? [fails, dd] : [dd, fails]).join('\n') } }
}

/** The power fails when so many mebibytes of the stream are on the disk. */
function cutAfter(mebibytes: number): WriterCase {
  const part = `/bin/busybox dd of="$AGENT_ROOT/dev/vda" bs=1M count=${mebibytes} seek=1 iflag=fullblock conv=notrunc`
  const dd = `case $* in *seek=1?iflag*) ${part}; ${cut} ;; esac\nexec /bin/busybox dd "$@"`
  return { programs: { dd } }
}

/** Where the power fails, and what may be on the disk then. */
const points: readonly (readonly [string, WriterCase, 'untouched' | 'blank' | 'whole'])[] = [
  ['before the disk is written', { send: (_, __, kill) => kill() }, 'untouched'],
  [
    'while the partition is grown',
    { programs: { sfdisk: `case "$*" in *-N*) ${cut} ;; esac\n/sbin/sfdisk "$@"` } },
    'untouched',
  ],
  [
    'when the start of the disk is empty, and its end not yet',
    cutAt('oflag=seek_bytes', 'before'),
    'blank',
  ],
  ['after a quarter of the stream', cutAfter(2), 'blank'],
  ['after half of the stream', cutAfter(4), 'blank'],
  ['after three quarters of the stream', cutAfter(6), 'blank'],
  ['before its last megabyte', cutAt('if=*run/tail', 'before'), 'blank'],
  ['when the seed is written', cutAt('if=*run/seed.img', 'after'), 'blank'],
  ['when the copy of the table is written', cutAt('if=*run/copy?of=*vda', 'after'), 'blank'],
  ['within the first megabyte', cutAt('if=*run/head?of=*vda', 'after'), 'blank'],
  ['before the first sector', cutAt('if=*run/boot?of=*vda', 'before'), 'blank'],
  ['when it is written, and nobody was told', cutAt('if=*run/boot?of=*vda', 'after'), 'whole'],
]

for (const [point, given, left] of points) {
  t.test(`the power fails ${point}`, async t => {
    const image = diskImage(t, 'gpt', 10 * mebibyte)
    const seed = { 'user-data': '#cloud-config\n', 'meta-data': 'instance-id: x\n' }
    const { code, heard, disk } = await runWriter(t, {
      image,
      seed,
      diskBytes: 24 * mebibyte,
      ...given,
    })
    t.equal(code, null, 'it was cut')
    t.notMatch(heard.join('\n'), /failed|done/, 'nobody is told what is not so')
    const bytes = readFileSync(disk)
    if (left === 'untouched') t.ok(bytes.equals(Buffer.alloc(bytes.length, 'old')))
    else if (left === 'whole') t.ok(tableOf(disk).sound)
    else {
      t.equal(tableOf(disk).dump, '', 'no partition table')
      t.ok(bytes.subarray(0, 512).equals(Buffer.alloc(512)), 'nothing to boot')
    }
  })
}

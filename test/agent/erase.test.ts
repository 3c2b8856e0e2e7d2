import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { mebibyte, runWriter, type WriterCase } from './writer-run.ts'

const size = 16 * mebibyte
const vda = `disk /dev/vda ${size} "DISK-1"`

/** What it told at its end: the event, its message, and what came of each disk. */
interface Told {
  readonly event: string
  readonly message?: string
  readonly erased?: readonly Record<string, unknown>[]
}

async function erase(t: Test, order: readonly string[], given: WriterCase = {}) {
  const text = ['erase', ...order].join('\n')
  const run = await runWriter(t, { ...given, erases: { order: `${text}\n` } })
  const last = run.heard.findLast(line => line.startsWith('POST') && line.includes('{')) ?? '{}'
  const told: Told = JSON.parse(last.slice(last.indexOf('{')))
  const bytes = (name: string) => readFileSync(`${run.root}/dev/${name}`)
  return { ...run, told, bytes }
}

const isZero = (bytes: Buffer) => bytes.equals(Buffer.alloc(bytes.length))
const isUntouched = (bytes: Buffer) => bytes.equals(Buffer.alloc(bytes.length, 'old'))

/** Another disk; the last of its MiB is not whole. */
const odd = 3 * mebibyte + 512
const sdb = {
  'dev/sdb': Buffer.alloc(odd, 'other'),
  'sys/block/sdb/size': `${odd / 512}\n`,
  'sys/block/sdb/ro': '0\n',
}

t.test('every disk of the order is zeros from end to end, and was read back', async t => {
  const order = ['method overwrite', 'check sampled', vda, `disk /dev/sdb ${odd} null`]
  const { code, told, bytes, screen } = await erase(t, order, { machine: sdb })
  t.equal(code, 0, screen)
  t.ok(isZero(bytes('vda')))
  t.ok(isZero(bytes('sdb')))
  const seen = { erased: true, methods: 'overwrite', checked: 'whole', why: null }
  t.strictSame(told, {
    event: 'done',
    erased: [
      { disk: '/dev/vda', ...seen, bytes: size },
      { disk: '/dev/sdb', ...seen, bytes: odd },
    ],
  })
})

t.test('a disk that discards is believed when it reads zeros, and else written over', async t => {
  const machine = { 'sys/block/vda/queue/discard_max_bytes': '4096\n' }
  const order = ['method auto', 'check sampled', vda]
  const wipes = `dd if=/dev/zero of="$1" bs=1048576 count=16 conv=notrunc 2> /dev/null`
  const good = await erase(t, order, { machine, programs: { blkdiscard: wipes } })
  t.match(good.told, { event: 'done', erased: [{ methods: 'discard', checked: 'whole' }] })
  const lies = await erase(t, order, { machine, programs: { blkdiscard: 'exit 0' } })
  t.match(lies.told, { event: 'done', erased: [{ methods: 'discard overwrite', erased: true }] })
  t.ok(isZero(lies.bytes('vda')))
  const fails = await erase(t, order, { machine, programs: { blkdiscard: 'exit 1' } })
  t.match(fails.told, { event: 'done', erased: [{ methods: 'overwrite', erased: true }] })
})

/** A machine whose disk is of another kind than vda. */
function diskCalled(name: string, programs: Record<string, string>): WriterCase {
  const machine = {
    [`dev/${name}`]: Buffer.alloc(size, 'old'),
    [`sys/block/${name}/size`]: `${size / 512}\n`,
    [`sys/block/${name}/ro`]: '0\n',
    'sys/block/vda/size': '0\n',
  }
  return { machine, programs }
}

const fill = (name: string) =>
  `dd if=/dev/zero of="$AGENT_ROOT/dev/${name}" bs=1048576 count=16 conv=notrunc 2> /dev/null`

t.test('an NVMe disk formats itself, where it is alone on its controller', async t => {
  const order = ['method auto', 'check sampled', `disk /dev/nvme0n1 ${size} null`]
  const nvme = `echo "$*" >> "$AGENT_ROOT/run/asked"; ${fill('nvme0n1')}`
  const alone = await erase(t, order, diskCalled('nvme0n1', { nvme }))
  t.match(alone.told, { event: 'done', erased: [{ methods: 'nvme-format' }] })
  t.match(readFileSync(`${alone.root}/run/asked`, 'utf8'), /^format \S+nvme0n1 --ses=1 --force\n$/)
  const two = diskCalled('nvme0n1', { nvme })
  const both = await erase(t, order, {
    ...two,
    machine: { ...two.machine, 'dev/nvme0n1p1': '', 'dev/nvme0n2': '' },
  })
  t.match(both.told, { event: 'done', erased: [{ methods: 'overwrite' }] })
})

const security = (frozen: string) =>
  `Security: \\n\\t\\tsupported\\n\\tnot\\tenabled\\n\\t${frozen}\\n`

t.test('an ATA disk erases itself, unless its firmware has frozen it', async t => {
  const order = ['method auto', 'check sampled', `disk /dev/sda ${size} null`]
  const hdparm = (frozen: string) =>
    `[ "$1" != -I ] || { printf '${security(frozen)}'; exit; }
     echo "$3 $4" >> "$AGENT_ROOT/run/asked"
     case $3 in --security-erase*) ${fill('sda')} ;; esac`
  const free = await erase(t, order, diskCalled('sda', { hdparm: hdparm('not\\tfrozen') }))
  t.match(free.told, { event: 'done', erased: [{ methods: 'ata-secure-erase' }] })
  t.equal(
    readFileSync(`${free.root}/run/asked`, 'utf8'),
    '--security-set-pass bootwright\n--security-erase bootwright\n',
  )
  const frozen = await erase(t, order, diskCalled('sda', { hdparm: hdparm('\\tfrozen') }))
  t.match(frozen.told, { event: 'done', erased: [{ methods: 'overwrite' }] })
})

t.test('a disk that cannot be written is told, and the others are erased', async t => {
  const dd = `case "$*" in *of=*sdb*) echo "dd: sdb: Input/output error" >&2; exit 1 ;; esac
    exec /bin/busybox dd "$@"`
  const order = ['method overwrite', 'check whole', vda, `disk /dev/sdb ${odd} null`]
  const { code, told, bytes } = await erase(t, order, { machine: sdb, programs: { dd } })
  t.equal(code, 0)
  t.ok(isZero(bytes('vda')))
  t.match(told, {
    event: 'failed',
    message: 'not every disk is erased',
    erased: [
      { disk: '/dev/vda', erased: true },
      { disk: '/dev/sdb', erased: false, checked: 'none', why: 'dd: sdb: Input/output error' },
    ],
  })
})

t.test('a disk that keeps what it had is not erased, whatever it says', async t => {
  // It takes what is written, and forgets it.
  const dd = `case "$*" in *of=*) exit 0 ;; esac; exec /bin/busybox dd "$@"`
  const { told, bytes } = await erase(t, ['method auto', 'check sampled', vda], {
    programs: { dd },
  })
  t.ok(isUntouched(bytes('vda')))
  const row = { erased: false, bytes: 0, why: 'it does not read as zeros' }
  t.match(told, { event: 'failed', erased: [row] })
})

t.test('a large disk is read at many points, and a byte at one of them is seen', async t => {
  // As if it were sampled from 8 MiB on, at 4 points besides 1 MiB at each end.
  const sampled = { whole: 8, end: 1, points: 4 }
  const order = ['method auto', 'check sampled', vda]
  const disk = Buffer.alloc(size)
  const dd = `case "$*" in *of=*) exit 0 ;; esac; exec /bin/busybox dd "$@"`
  const empty = await erase(t, order, { machine: { 'dev/vda': disk }, programs: { dd }, sampled })
  t.match(empty.told, { event: 'done', erased: [{ checked: 'sampled', bytes: 6 * mebibyte }] })
  const whole = ['method auto', 'check whole', vda]
  const all = await erase(t, whole, { machine: { 'dev/vda': disk }, programs: { dd }, sampled })
  t.match(all.told, { event: 'done', erased: [{ checked: 'whole', bytes: size }] })
  const left = Buffer.from(disk).fill(1, size - 1)
  const seen = await erase(t, order, { machine: { 'dev/vda': left }, programs: { dd }, sampled })
  t.match(seen.told, { event: 'failed', erased: [{ erased: false, checked: 'sampled' }] })
})

t.test('what is wrong before the first write leaves every disk as it was', async t => {
  const cases = [
    [['method auto'], 'the order names no disk'],
    [['disk /dev/vda 1024 "DISK-1"'], `/dev/vda has ${size} bytes, and had 1024`],
    [[`disk /dev/vda ${size} "OTHER"`], '/dev/vda is not the disk any more that was reported'],
    [[`disk /dev/vdz ${size} null`], 'there is no /dev/vdz'],
    [[`disk /dev/../dev/vda ${size} "DISK-1"`], 'the order names no disk'],
    [['disk /dev/vda 8;reboot "DISK-1"'], 'the order says no size'],
    [[vda], 'there is /dev/sdb, and the order does not name it'],
    [[vda, `disk /dev/sdb ${odd} null`], '/dev/sdb can only be read'],
  ] as const
  for (const [order, why] of cases) {
    const machine = { ...sdb, 'sys/block/sdb/ro': '1\n' }
    const { code, failed, bytes, told } = await erase(t, order, { machine })
    t.equal(code, 1)
    t.equal(failed, why)
    t.equal(told.erased, undefined)
    t.ok(isUntouched(bytes('vda')), why)
    t.ok(bytes('sdb').equals(sdb['dev/sdb']), why)
  }
})

t.test('without an order for it nothing is erased, and nothing is told', async t => {
  for (const word of ['boot', 'write', 'erases', '']) {
    const { code, heard, disk } = await runWriter(t, { erases: { order: `${word}\n${vda}\n` } })
    t.equal(code, 1)
    t.strictSame(heard, ['GET /agent/TOKEN'])
    t.ok(isUntouched(readFileSync(disk)))
  }
})

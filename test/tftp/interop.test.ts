import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { openTftp } from '../../src/tftp/server.ts'
import type { TftpEvent } from '../../src/tftp/session.ts'
import { type Ipv4, parseIpv4 } from '../../src/wire/address.ts'

const run = promisify(execFile)
const root = t.testdir({})
const files = {
  megabyte: randomBytes(1_000_000),
  empty: Buffer.alloc(0),
  blocks: randomBytes(512 * 100),
}
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, name), bytes)

/** Fetches `name` from `port` into the file `into`. */
type Fetch = (port: number, name: string, into: string) => Promise<unknown>

interface Program {
  readonly name: string
  /** What must run for the test to make sense, and the Debian package that has it. */
  readonly needs?: { readonly probe: readonly [string, ...string[]]; readonly package: string }
  readonly fetch: Fetch
}

const atftp = { probe: ['atftp', '--version'], package: 'atftp' } as const
const hpa = { probe: ['tftp', '-V'], package: 'tftp-hpa' } as const
const busybox = { probe: ['busybox', 'tftp', '--help'], package: 'busybox-static' } as const
const curl = { probe: ['curl', '--version'], package: 'curl' } as const

function withAtftp(...options: readonly string[]): Fetch {
  const flags = options.flatMap(option => ['--option', option])
  return (port, name, into) =>
    run('atftp', [...flags, '--get', '-r', name, '-l', into, '127.0.0.1', String(port)])
}

function withBusybox(...flags: readonly string[]): Fetch {
  return (port, name, into) =>
    run('busybox', ['tftp', ...flags, '-g', '-r', name, '-l', into, '127.0.0.1', String(port)])
}

function withCurl(...flags: readonly string[]): Fetch {
  return (port, name, into) => {
    // curl takes a tsize of 0, which is right for an empty file, for an error, so it must not ask.
    const own = name === 'empty' ? ['--tftp-no-options'] : flags
    return run('curl', ['-sS', ...own, '-o', into, `tftp://127.0.0.1:${port}/${name}`])
  }
}

interface NpmTftp {
  createClient(options: object): {
    get(remote: string, local: string, done: (error?: Error) => void): void
  }
}

function withNpm(options: object): Fetch {
  const { createClient }: NpmTftp = createRequire(import.meta.url)('tftp')
  return (port, name, into) =>
    new Promise<void>((resolve, reject) => {
      const client = createClient({ host: '127.0.0.1', port, ...options })
      client.get(name, into, error => (error ? reject(error) : resolve()))
    })
}

const programs: readonly Program[] = [
  { name: 'atftp, plain', needs: atftp, fetch: withAtftp() },
  { name: 'atftp, blksize 1428', needs: atftp, fetch: withAtftp('blksize 1428', 'tsize 0') },
  { name: 'atftp, blksize 8', needs: atftp, fetch: withAtftp('blksize 8') },
  { name: 'atftp, timeout 3', needs: atftp, fetch: withAtftp('timeout 3') },
  {
    name: 'atftp, blksize 1468, windowsize 16',
    needs: atftp,
    fetch: withAtftp('blksize 1468', 'windowsize 16'),
  },
  { name: 'atftp, windowsize 4', needs: atftp, fetch: withAtftp('windowsize 4') },
  {
    name: 'tftp-hpa',
    needs: hpa,
    fetch: (port, name, into) =>
      run('tftp', ['-m', 'binary', '127.0.0.1', String(port), '-c', 'get', name, into]),
  },
  { name: 'busybox, plain', needs: busybox, fetch: withBusybox() },
  { name: 'busybox, blksize 1468', needs: busybox, fetch: withBusybox('-b', '1468') },
  { name: 'busybox, blksize 65464', needs: busybox, fetch: withBusybox('-b', '65464') },
  { name: 'curl', needs: curl, fetch: withCurl() },
  { name: 'curl, blksize 1024', needs: curl, fetch: withCurl('--tftp-blksize', '1024') },
  { name: 'curl, no options', needs: curl, fetch: withCurl('--tftp-no-options') },
  { name: 'npm tftp', fetch: withNpm({}) },
  { name: 'npm tftp, window 16', fetch: withNpm({ blockSize: 1024, windowSize: 16 }) },
]

const events: TftpEvent[] = []
const complain = (fields: object, text: string) => void t.fail(text, fields)
const log = { debug: () => {}, info: () => {}, warn: complain, error: complain }
const server = await openTftp({
  addresses: [parseIpv4('127.0.0.1') as Ipv4],
  port: 0,
  roots: [root],
  log,
  seen: event => void events.push(event),
})
t.teardown(() => server.close())
const port = server.bound()[0]?.port ?? 0

for (const { name, needs, fetch } of programs) {
  const skip = needs && missing(needs.probe) && `install Debian's package ${needs.package}`
  t.test(name, skip ? { skip } : {}, async t => {
    const into = mkdtempSync(join(root, 'got-'))
    for (const [file, bytes] of Object.entries(files)) {
      await fetch(port, file, join(into, file))
      t.equal(sha256(read(join(into, file))), sha256(bytes), file)
    }
  })
}

t.test('every one of them ended in the normal way', async t => {
  const odd = events.filter(event => event.kind === 'failed' || event.reason !== undefined)
  t.strictSame(odd, [])
})

function missing([program, ...args]: readonly [string, ...string[]]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status !== 0
}

/** Some clients make no file when nothing comes. */
function read(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

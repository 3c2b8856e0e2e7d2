import { execFile, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Fetches `name` from `port` into the file `into`. */
export type Fetch = (port: number, name: string, into: string) => Promise<unknown>

export interface Program {
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

/** Real clients, each with the options that it has. */
export const programs: readonly Program[] = [
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

/** Why a program cannot be asked, if so: for tap's `skip`. */
export function whyNot({ needs }: Program): { skip?: string } {
  if (!needs || !missing(needs.probe)) return {}
  return { skip: `install Debian's package ${needs.package}` }
}

function missing([program, ...args]: readonly [string, ...string[]]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status !== 0
}

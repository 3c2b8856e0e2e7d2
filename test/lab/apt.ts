import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { attempt } from './command.ts'
import { readLines } from './lines.ts'

/** What apt would do for some packages. */
export interface AptPlan {
  /** Packages with all that they need. */
  readonly count: number
  /** As apt writes them, such as `52.1 MB`. */
  readonly download: string
  readonly disk: string
}

const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }

/** Asks apt what it would do; undefined where it knows none of them, or lacks its lists. */
export async function aptPlan(names: readonly string[]): Promise<AptPlan | undefined> {
  const ask = ['apt-get', 'install', '--assume-no', '--no-install-recommends', ...names]
  const { stdout } = await attempt(['env', 'LC_ALL=C', ...ask])
  return readPlan(stdout)
}

/** Reads what apt-get says before it asks. */
export function readPlan(text: string): AptPlan | undefined {
  const count = /(\d+) newly installed/.exec(text)?.[1]
  const download = /Need to get (?:[\d.,]+ \w+\/)?([\d.,]+ \w+)/.exec(text)?.[1]
  const disk = /After this operation, ([\d.,]+ \w+) of additional/.exec(text)?.[1]
  if (count === undefined || download === undefined || disk === undefined) return undefined
  return { count: Number(count), download, disk }
}

/** Runs apt-get; `progress` gets percents of the whole and what is worked on. Returns what it complained of. */
export function apt(
  args: readonly string[],
  progress: (percent: number, text: string) => void,
): Promise<string> {
  const status = ['-o', 'APT::Status-Fd=3', '-o', 'Dpkg::Use-Pty=0', '-qq']
  return new Promise(resolve => {
    // A kernel that only virtual machines boot needs no initrd of this machine's: it takes longest.
    const child = spawn('apt-get', [...status, ...args], {
      env: { ...env, INITRD: 'No' },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    let complaints = ''
    readLines(child.stderr, line => {
      complaints += `${line}\n`
    })
    readLines(child.stdio[3] as Readable, line => {
      const step = readStatus(line)
      if (step) progress(step.percent, step.text)
    })
    child.on('error', error => resolve(error.message))
    child.on('close', () => resolve(complaints))
  })
}

/** A line of apt's status descriptor: downloads are the first half, installing the second. */
export function readStatus(line: string): { percent: number; text: string } | undefined {
  const [kind, , percent, ...text] = line.split(':')
  const part = Number(percent)
  if (!Number.isFinite(part)) return undefined
  if (kind === 'dlstatus') return { percent: Math.round(part / 2), text: text.join(':') }
  if (kind === 'pmstatus') return { percent: Math.round(50 + part / 2), text: text.join(':') }
  return undefined
}

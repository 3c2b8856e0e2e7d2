import { spawn } from 'node:child_process'
import { type FileHandle, open } from 'node:fs/promises'
import { type Asset, assetVersion } from '../boot/install.ts'

/** What is needed of an asset to tell its sha256. */
export type Digested = Pick<Asset, 'path' | 'version'>

/** The sha256 of assets, each computed once for a version. */
export interface Digests {
  /** In hex; undefined while it is not known. */
  known(asset: Digested): string | undefined
  /** Rejects when the file cannot be read, or is another version by now. */
  of(asset: Digested): Promise<string>
  /** Ends what is being read. */
  close(): void
}

/**
 * Files are read by `sha256sum`, one after the other: a process of its own, so that gigabytes neither
 * hold up an answer nor fill our memory.
 */
export function createDigests(program = 'sha256sum'): Digests {
  const known = new Map<string, { readonly version: string; readonly digest: string }>()
  const running = new Map<string, Promise<string>>()
  const end = new AbortController()
  let last: Promise<unknown> = Promise.resolve()

  const compute = async ({ path, version }: Digested): Promise<string> => {
    await using file = await open(path, 'r')
    const isVersion = async () => assetVersion(await file.stat({ bigint: true })) === version
    const before = await isVersion()
    const digest = before ? await digestOf(file, program, end.signal) : undefined
    if (digest === undefined || !(await isVersion())) {
      throw new Error(`${path} changed while it was verified`)
    }
    known.set(path, { version, digest })
    return digest
  }

  const find = ({ path, version }: Digested): string | undefined => {
    const found = known.get(path)
    return found?.version === version ? found.digest : undefined
  }

  return {
    known: find,
    of(asset) {
      const found = find(asset)
      if (found !== undefined) return Promise.resolve(found)
      const key = `${asset.path}\0${asset.version}`
      const waiting = running.get(key)
      if (waiting) return waiting
      const job = last.then(() => compute(asset)).finally(() => running.delete(key))
      running.set(key, job)
      last = job.catch(() => undefined)
      return job
    },
    close: () => end.abort(),
  }
}

function digestOf(file: FileHandle, program: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, { stdio: [file.fd, 'pipe', 'ignore'], signal })
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    child.on('error', reject)
    child.on('close', code => {
      const digest = /^[0-9a-f]{64}/.exec(text)?.[0]
      if (digest !== undefined && code === 0) resolve(digest)
      else reject(new Error(`${program} ended with ${code}`))
    })
  })
}

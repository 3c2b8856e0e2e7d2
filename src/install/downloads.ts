import { isDue } from '../boot/life.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { InstallDeps } from './deps.ts'
import type { Lives } from './life.ts'

/** A file that went out, in whole or in part. */
export interface Sent {
  readonly address: IpAddress
  /** URL path. */
  readonly url: string
  readonly size: number
  readonly complete: boolean
  /** Where in the file this began, above 0 for a piece of it. */
  readonly from?: number
}

/** When each host was last sent bytes: a machine that still downloads is not silent. */
export interface HeardTimes {
  readonly at: Map<string, number>
  /** For hosts that were heard before this daemon started: its start. Epoch milliseconds. */
  startedAt: number
}

/** Follows what booting hosts download, so that their clocks wait and `boot: once` sees its end. */
export function createDownloads(deps: InstallDeps, lives: Lives, heard: HeardTimes) {
  const { memory } = deps
  const fetched = new Map<string, Set<string>>()

  return {
    sent(host: string, { url, complete, from = 0 }: Sent): void {
      heard.at.set(host, deps.now())
      if (!complete && from === 0) return
      const life = lives.lifeOf(host)
      const install = memory.hosts.get(host)?.install
      if (life.state !== 'booting' || !isDue(life) || install === undefined) return
      const attempt = memory.installs.currentAttempt(host, install)
      if (!attempt?.content.assets.includes(url)) return
      // A disc is read in pieces, and never as a whole.
      if (!complete && attempt.content.image.kind !== 'iso') return
      const done = fetched.get(attempt.token) ?? new Set()
      fetched.set(attempt.token, done.add(url))
      if (attempt.content.assets.some(asset => !done.has(asset))) return
      fetched.delete(attempt.token)
      lives.apply(host, { kind: 'delivered' })
    },
  }
}

export type Downloads = ReturnType<typeof createDownloads>

import { type Attempt, assetsOf } from '../boot/install.ts'
import type { Lives } from '../install/life.ts'
import type { Outbox } from '../install/outbox.ts'
import type { Logins } from '../install/ssh/logins.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Published } from '../system/published.ts'

interface Left {
  readonly outbox: Outbox
  readonly lives: Lives
  readonly logins: Logins
  readonly memory: DaemonMemory
  readonly published: Published
}

/**
 * Takes up what an earlier run left. Commands that still run are ended; a deploy among them has failed,
 * unless its machine can be asked whether it is still the same boot.
 */
export function recover({ outbox, lives, logins, memory, published }: Left): void {
  for (const delivery of outbox.recover()) {
    if (delivery.role !== 'deploy') continue
    lives.deployEnded(delivery, { code: 'daemon-restarted-deploying' })
  }
  sweepLogins({ logins, memory })
  for (const { install } of memory.hosts.running()) {
    const spec = install === undefined ? undefined : memory.installs.get(install)?.spec
    for (const asset of spec ? assetsOf(spec) : []) published.again(asset)
  }
}

/** Secrets of installs that ended when nobody could destroy them. */
export function sweepLogins({ logins, memory }: Pick<Left, 'logins' | 'memory'>): void {
  logins.sweep(id => {
    const install = memory.installs.get(id)
    return !install || install.endedAt !== undefined
  })
}

/** A daemon that stands by serves the files of boots that another one has opened, where it has them too. */
export function followAttempts({ memory, published }: Pick<Left, 'memory' | 'published'>): void {
  const publish = (attempt: Attempt | undefined) => {
    for (const part of attempt?.content.parts ?? []) published.again(part)
  }
  memory.onFollowed?.(({ table, key, kind }) => {
    if (table === 'attempts' && kind === 'insert') publish(memory.installs.attempt(String(key)))
  })
  if (memory.standsBy() === undefined) return
  for (const { name } of memory.hosts.all()) publish(memory.installs.currentAttempt(name))
  for (const { name, install } of memory.hosts.running()) {
    publish(memory.installs.currentAttempt(name, install))
  }
}

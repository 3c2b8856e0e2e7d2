import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import type { Config } from '../config/config.ts'
import { type Catalogue, PullError } from '../pull/catalogue.ts'
import { dispatcherOf } from '../pull/download.ts'
import { mirrorOf, type Order, orderOf } from '../pull/order.ts'
import { readCatalogue } from '../pull/ours.ts'
import { pullFolder, pullImage } from './pull-image.ts'

/** A pull that was asked for by the API, and how far it is. */
export interface Pull {
  readonly name: string
  readonly version: string
  readonly arch: string
  /** The file that moves now. */
  readonly file: string
  /** Bytes of it; `total` is 0 until its publisher has said. */
  readonly done: number
  readonly total: number
  readonly state: 'running' | 'done' | 'failed'
  readonly problem?: string
}

/** Pulls of this daemon: it fetches images, and writes no config. */
export interface Pulls {
  readonly catalogue: () => Catalogue
  /** Begins one; throws PullError where it cannot be begun. */
  begin(what: string, arch: string | undefined): Pull
  /** Ends one and removes what it had fetched, or forgets one that has ended; false where there is none. */
  cancel(name: string): Promise<boolean>
  /** The last of each name. */
  list(): readonly Pull[]
  /** Cuts what runs; the next one goes on with it. */
  close(): Promise<void>
}

const atOnce = 2

interface PullWork {
  readonly config: () => Config
  readonly log: Pick<Log, 'info' | 'warn'>
  readonly catalogue: () => Catalogue
  readonly pulls: Map<string, Pull>
  readonly running: Map<string, { readonly ended: Promise<void>; cancel(): void }>
  readonly closing: AbortController
}

/** `known` is read when it is first asked for. */
export function createPulls(
  config: () => Config,
  log: Pick<Log, 'info' | 'warn'>,
  known: () => Catalogue = readCatalogue,
): Pulls {
  let read: Catalogue | undefined
  const catalogue = () => {
    read ??= known()
    return read
  }
  const work: PullWork = {
    ...{ config, log, catalogue, closing: new AbortController() },
    ...{ pulls: new Map(), running: new Map() },
  }
  return {
    catalogue,
    begin: (what, arch) => begin(what, arch, work),
    async cancel(name) {
      const running = work.running.get(name)
      running?.cancel()
      await running?.ended
      return work.pulls.delete(name)
    },
    list: () => [...work.pulls.values()],
    async close() {
      work.closing.abort()
      await Promise.all([...work.running.values()].map(({ ended }) => ended))
    },
  }
}

function begin(what: string, arch: string | undefined, work: PullWork): Pull {
  const { pulls, running } = work
  const mirror = mirrorOf(what, work.config().mirror)
  const order = orderOf(work.catalogue(), { what, arch, mirror })
  const { name } = order
  if (running.has(name)) throw new PullError(`${name} is being fetched already`)
  if (running.size >= atOnce) {
    throw new PullError(`${[...running.keys()].join(' and ')} are being fetched; wait for one`)
  }
  const ofIt = { name, version: order.version, arch: order.arch }
  const pull: Pull = { ...ofIt, file: '', done: 0, total: 0, state: 'running' }
  pulls.set(name, pull)
  const cancelled = new AbortController()
  const ended = fetchImage(order, cancelled.signal, work).finally(() => running.delete(name))
  running.set(name, { ended, cancel: () => cancelled.abort() })
  return pull
}

async function fetchImage(order: Order, cancelled: AbortSignal, work: PullWork): Promise<void> {
  const { config, log, pulls, closing } = work
  const { name, version } = order
  const tell = (more: Partial<Pull>) => {
    const before = pulls.get(name)
    if (before) pulls.set(name, { ...before, ...more })
  }
  const show = (done: number, total: number, file: string) => tell({ done, total, file })
  const source = {
    dispatcher: dispatcherOf(config().proxy),
    progress: (done: number, total: number | undefined, url: string) =>
      show(done, total ?? 0, url.split('/').at(-1) ?? url),
    signal: AbortSignal.any([closing.signal, cancelled]),
  }
  const images = join(config().assets, 'images')
  try {
    await pullImage(order, images, { kind: 'web', source }, show, source.signal)
    tell({ state: 'done', file: '' })
    log.info({ image: name, version }, 'image fetched and verified')
  } catch (error) {
    if (closing.signal.aborted) return
    if (cancelled.aborted) {
      await rm(pullFolder(images, order), { recursive: true, force: true })
      log.info({ image: name, version }, 'pull cancelled')
      return
    }
    const problem = error instanceof Error ? error.message : String(error)
    tell({ state: 'failed', problem })
    log.warn({ image: name, version, problem }, 'image not fetched')
  }
}

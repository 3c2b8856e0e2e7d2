import { mkdirSync, rmSync, truncateSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { amount } from '../base/amount.ts'
import type { Log } from '../base/log.ts'
import type { Config } from '../config/config.ts'
import { readMedia } from '../config/media.ts'
import { readImage } from '../system/images.ts'
import { freeBytes, importDisc } from '../system/import-disc.ts'
import { ImportError } from '../system/import-image.ts'
import { isDisc, markEnd } from '../system/open-disc.ts'

/** A disc that is brought piece by piece, and taken apart when it is whole. */
export interface Disc {
  /** Of the image that it becomes. */
  readonly name: string
  readonly file: string
  /** What moves now. */
  readonly part: string
  /** Bytes of it. */
  readonly done: number
  readonly total: number
  readonly state: 'arriving' | 'opening' | 'done' | 'failed'
  readonly problem?: string
  /** YAML to paste under `profiles:`. */
  readonly profile?: string
}

/** A disc that is to be brought. */
export interface DiscOffer {
  readonly name: string
  readonly file: string
  readonly bytes: number
  /** Whether an image of this name may be replaced. */
  readonly replace: boolean
}

export interface Discs {
  /** Throws DiscError where it cannot be had. */
  begin(offer: DiscOffer): Disc
  /** Adds the bytes from `at` on; throws DiscError where they cannot be had, and then what was there before is. */
  add(name: string, at: number, content: Readable): Promise<Disc>
  /** Ends one and removes what there is of it, or forgets one that has ended; false where there is none. */
  cancel(name: string): Promise<boolean>
  /** The last of each name. */
  list(): readonly Disc[]
  close(): Promise<void>
}

/** Why a disc cannot be had: one sentence. `found`: whether there is one that is meant. */
export class DiscError extends Error {
  override readonly name = 'DiscError'
  readonly found: boolean
  constructor(message: string, found = true) {
    super(message)
    this.found = found
  }
}

interface DiscWork {
  row: Disc
  readonly folder: string
  readonly ended: AbortController
  busy: Promise<unknown> | undefined
  timer: NodeJS.Timeout | undefined
}

const atOnce = 2
const most = 16 * 1024 ** 3
/** Left for what the daemon has to remember. */
const spare = 128 * 1024 ** 2

interface DiscsDeps {
  readonly config: () => Config
  readonly log: Pick<Log, 'info' | 'warn'>
  /** Bytes that may be written below a folder. */
  readonly free?: (folder: string) => number
  /** Milliseconds after which one that does not go on is given up. */
  readonly patience?: number
}

/** What an earlier daemon had of discs is removed. */
export function createDiscs(deps: DiscsDeps): Discs {
  const works = new Map<string, DiscWork>()
  const folder = join(deps.config().dataDir, 'discs')
  rmSync(folder, { recursive: true, force: true })
  return {
    begin(offer) {
      refuse(offer, folder, works, deps)
      const { name, file, bytes: total } = offer
      const row = { name, file, part: file, done: 0, total, state: 'arriving' as const }
      const made: DiscWork = {
        ...{ row, folder: join(folder, name), ended: new AbortController() },
        ...{ busy: undefined, timer: undefined },
      }
      works.set(name, made)
      mkdirSync(made.folder, { recursive: true, mode: 0o700 })
      watch(made, deps)
      return row
    },
    async add(name, at, content) {
      const work = works.get(name)
      if (!work) throw new DiscError(`no disc is on its way to the image ${name}`, false)
      return add(work, at, content, deps)
    },
    async cancel(name) {
      const work = works.get(name)
      if (!work) return false
      await stop(work)
      return works.delete(name)
    },
    list: () => [...works.values()].map(({ row }) => row),
    async close() {
      await Promise.all([...works.values()].map(stop))
    },
  }
}

/** Gives it up when nothing comes. */
function watch(work: DiscWork, deps: DiscsDeps): void {
  clearTimeout(work.timer)
  work.timer = setTimeout(() => {
    void stop(work).then(() => fail(work, new DiscError('no more of it came'), deps))
  }, deps.patience ?? 900_000).unref()
}

async function add(work: DiscWork, at: number, content: Readable, deps: DiscsDeps): Promise<Disc> {
  const { name, state, done, total } = work.row
  if (state !== 'arriving') throw new DiscError(`the disc of ${name} is ${state}`)
  if (work.busy) throw new DiscError(`another piece of the disc of ${name} is on its way`)
  if (at !== done) throw new DiscError(`of the disc of ${name} ${done} bytes are here: go on there`)
  clearTimeout(work.timer)
  const written = write(work, content)
  work.busy = written.catch(() => undefined)
  await written.finally(() => {
    work.busy = undefined
    if (!work.ended.signal.aborted) watch(work, deps)
  })
  if (work.row.done === total) {
    clearTimeout(work.timer)
    work.busy = openIt(work, deps)
  }
  return work.row
}

/** Throws DiscError where a disc cannot be taken. */
function refuse(
  { name, file, bytes, replace }: DiscOffer,
  folder: string,
  works: ReadonlyMap<string, DiscWork>,
  { config, free = freeBytes }: DiscsDeps,
): void {
  const isUnderWay = ({ row: { state } }: DiscWork) => state === 'arriving' || state === 'opening'
  const before = works.get(name)
  if (before && isUnderWay(before)) throw new DiscError(`a disc is on its way to ${name} already`)
  const others = [...works.values()].filter(isUnderWay)
  if (others.length >= atOnce) {
    const names = others.map(({ row }) => row.name).join(' and ')
    throw new DiscError(`the discs of ${names} are on their way; wait for one`)
  }
  const image = join(config().assets, 'images', name)
  if (!replace && readImage(image, readMedia)) {
    throw new DiscError(`there is an image ${name} already: take another name, or replace it`)
  }
  if (bytes > most) throw new DiscError(`${file} has more than ${amount(most)}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const awaited = others.reduce((sum, { row }) => sum + (row.total - row.done), 0)
  const left = free(folder) - awaited - spare
  if (bytes > left) {
    const there = amount(Math.max(0, left))
    throw new DiscError(
      `${file} has ${amount(bytes)}, and on the disk of ${folder} is place for ${there}`,
    )
  }
}

/** Appends; a piece that is cut leaves nothing. */
async function write(work: DiscWork, content: Readable): Promise<void> {
  const { folder, row, ended } = work
  const path = join(folder, row.file)
  const cut = () => content.destroy(new Error('cancelled'))
  ended.signal.addEventListener('abort', cut)
  // One that is lost before it is read says so to whoever reads it, and to nobody else.
  content.on('error', () => {})
  try {
    ended.signal.throwIfAborted()
    await using file = await open(path, 'a', 0o600)
    let done = row.done
    for await (const chunk of content as AsyncIterable<Buffer>) {
      done += chunk.length
      if (done > row.total) throw new DiscError(`${row.file} is longer than was said`)
      await file.writeFile(chunk)
      work.row = { ...work.row, done }
    }
    if (done >= markEnd && row.done < markEnd && !isDisc(path)) {
      throw new DiscError(`${row.file} is no disc: it does not begin like an ISO`)
    }
  } catch (error) {
    work.row = row
    truncateSync(path, row.done)
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC') throw new DiscError(`the disk of ${folder} is full`)
    if (error instanceof DiscError) throw error
    throw new DiscError(`a piece of ${row.file} did not arrive whole`)
  } finally {
    ended.signal.removeEventListener('abort', cut)
  }
}

/** Never rejects. */
async function openIt(work: DiscWork, deps: DiscsDeps): Promise<void> {
  const { folder, row } = work
  const { name, file } = row
  const { signal } = work.ended
  work.row = { ...row, state: 'opening', part: '', done: 0, total: 0 }
  const progress = (done: number, total: number, part: string) => {
    work.row = { ...work.row, done, total, part }
  }
  try {
    const images = join(deps.config().assets, 'images')
    const order = { file: join(folder, file), folder: join(folder, 'parts'), images, name, signal }
    const { profile } = await importDisc(order, readMedia, progress)
    await rm(folder, { recursive: true, force: true })
    work.row = { ...work.row, state: 'done', part: '', profile }
    deps.log.info({ image: name, file }, 'disc taken apart')
  } catch (error) {
    if (!signal.aborted) await fail(work, error, deps)
  }
}

async function fail(work: DiscWork, error: unknown, { log }: DiscsDeps): Promise<void> {
  const { folder, row } = work
  const said = error instanceof Error ? error.message : String(error)
  const isOurs = error instanceof ImportError || error instanceof DiscError
  // Where it lay is gone by then.
  const problem = isOurs ? said.replaceAll(`${folder}/`, '') : said
  await rm(folder, { recursive: true, force: true })
  work.row = { ...row, state: 'failed', part: '', problem }
  log.warn({ image: row.name, file: row.file, problem }, 'disc not taken apart')
}

/** Ends what runs and removes what it left. */
async function stop(work: DiscWork): Promise<void> {
  clearTimeout(work.timer)
  work.ended.abort()
  await work.busy
  await rm(work.folder, { recursive: true, force: true })
}

import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Log } from '../base/log.ts'
import { type CaptureOrder, diskPieceBytes, longestPiece } from '../boot/capture.ts'
import type { Attempt, Unpacked } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { Config } from '../config/config.ts'
import type { Lives } from '../install/life.ts'
import type { PhoneHome } from '../install/phone-home.ts'
import { landedImage } from '../install/take-image.ts'
import type { TokenUse } from '../install/token-use.ts'
import type { DaemonMemory } from '../store/memory.ts'
import { freeBytes } from '../system/import-disc.ts'
import { createIntake, type DiskPiece, type Intake, IntakeError, noRoom } from '../system/intake.ts'

/** What an agent is answered that sends its disk. `have`: bytes of it that are here. */
export type CaptureAnswer =
  | { readonly kind: 'have'; readonly have: number }
  /** It asks how much is here, and goes on there. */
  | { readonly kind: 'again'; readonly why: Reason }
  /** It has failed, and the install with it. */
  | { readonly kind: 'failed' | 'over' | 'forbidden'; readonly why: Reason }
  | { readonly kind: 'stranger' }

/** Disks that are on their way to become images. */
export interface Captures {
  have(use: TokenUse): CaptureAnswer
  add(use: TokenUse, piece: DiskPiece, content: Readable): Promise<CaptureAnswer>
  /** All was sent: it becomes an image if it is what the agent has read. */
  land(use: TokenUse, told: Unpacked): Promise<CaptureAnswer>
  /** Removes what an earlier daemon had of them. */
  clear(): void
  /** Removes what there is of those that nobody waits for any more. */
  tidy(): Promise<void>
  close(): Promise<void>
}

export interface CapturesDeps {
  readonly config: () => Config
  readonly memory: Pick<DaemonMemory, 'hosts' | 'installs'>
  readonly lives: Lives
  readonly phoneHome: Pick<PhoneHome, 'order'>
  readonly log: Pick<Log, 'info' | 'warn'>
  /** Epoch milliseconds, as people read them. */
  wall(): number
  /** Bytes that may be written below a folder. */
  readonly free?: (folder: string) => number
}

interface DiskWork {
  readonly attempt: Attempt
  readonly order: CaptureOrder
  readonly intake: Intake
  busy: Promise<unknown> | undefined
  /** What is being read. */
  content: Readable | undefined
}

/** Left for what the daemon has to remember. */
const spare = 128 * 1024 ** 2

export function createCaptures(deps: CapturesDeps): Captures {
  const works = new Map<string, DiskWork>()
  const folder = () => join(deps.config().assets, 'images', '.captures')
  const drop = async (work: DiskWork) => {
    works.delete(work.attempt.token)
    work.content?.destroy()
    await work.busy?.catch(() => undefined)
    await work.intake.drop()
  }
  const doing: Doing = { deps, works, folder, drop }
  return {
    have(use) {
      const asked = askedBy(use, deps)
      if (asked.kind !== 'order') return asked
      const { attempt, order } = asked
      const have = works.get(attempt.token)?.intake.have() ?? 0
      return { kind: 'have', have: hasLanded(attempt, order) ? order.disk.size : have }
    },
    add: (use, piece, content) =>
      turn(use, doing, work => {
        work.content = content
        return take(work, piece, content, doing)
      }),
    land: (use, told) => land(use, told, doing),
    clear: () => rmSync(folder(), { recursive: true, force: true }),
    async tidy() {
      const left = [...works.values()].filter(({ attempt }) => !isAtWork(attempt, deps))
      await Promise.all(left.map(drop))
    },
    async close() {
      await Promise.all([...works.values()].map(drop))
    },
  }
}

interface Doing {
  readonly deps: CapturesDeps
  readonly works: Map<string, DiskWork>
  folder(): string
  drop(work: DiskWork): Promise<void>
}

type AskedToSend =
  | Exclude<CaptureAnswer, { readonly kind: 'have' | 'again' | 'failed' }>
  | { readonly kind: 'order'; readonly attempt: Attempt; readonly order: CaptureOrder }

/** The order of whoever has this token, if it is the machine's own and its turn. */
function askedBy(use: TokenUse, { phoneHome, memory }: CapturesDeps): AskedToSend {
  const asked = phoneHome.order(use)
  const attempt = memory.installs.attempt(use.token)
  if (!asked || !attempt) return { kind: 'stranger' }
  if (asked.kind === 'forbidden') return asked
  if (asked.kind !== 'capture') return { kind: 'over', why: { code: 'not-capturing' } }
  return { kind: 'order', attempt, order: asked.order }
}

/** Its image is in service, whoever has seen to that. */
function hasLanded({ install }: Attempt, { rule }: CaptureOrder): boolean {
  return landedImage(rule.path, install) !== undefined
}

function isAtWork(
  { host, install, number }: Attempt,
  { memory, lives }: Pick<CapturesDeps, 'memory' | 'lives'>,
): boolean {
  const { state, attempt } = lives.lifeOf(host)
  return state === 'installing' && attempt === number && memory.hosts.get(host)?.install === install
}

/** One after the other; what ends it fails the install and leaves nothing. */
async function turn(
  use: TokenUse,
  doing: Doing,
  work: (work: DiskWork) => Promise<CaptureAnswer>,
): Promise<CaptureAnswer> {
  const { deps, works } = doing
  const asked = askedBy(use, deps)
  if (asked.kind !== 'order') return asked
  const { attempt, order } = asked
  try {
    const own = works.get(attempt.token) ?? begin(attempt, order, doing)
    if (own.busy) return { kind: 'again', why: { code: 'piece-on-its-way' } }
    const done = work(own).finally(() => {
      own.busy = undefined
      own.content = undefined
    })
    own.busy = done
    return await done
  } catch (error) {
    if (!(error instanceof IntakeError)) throw error
    const { why, ends } = error
    return ends ? fail(attempt, why, doing) : { kind: 'again', why }
  }
}

async function fail(attempt: Attempt, why: Reason, doing: Doing): Promise<CaptureAnswer> {
  const { deps, works, drop } = doing
  const { host, token } = attempt
  const work = works.get(token)
  if (isAtWork(attempt, deps)) deps.lives.apply(host, { kind: 'failed', because: why })
  if (work) await drop(work)
  deps.log.warn({ host, why: sentenceOf(why) }, 'disk not captured')
  return { kind: 'failed', why }
}

function begin(attempt: Attempt, order: CaptureOrder, { works, folder }: Doing): DiskWork {
  const { path } = order.rule
  if ([...works.values()].some(({ order: { rule } }) => rule.path === path)) {
    throw new IntakeError({ code: 'image-being-captured', path })
  }
  const intake = createIntake(join(folder(), `${attempt.install}-${attempt.number}`))
  const work: DiskWork = { attempt, order, intake, busy: undefined, content: undefined }
  works.set(attempt.token, work)
  return work
}

async function take(
  { order, intake }: DiskWork,
  piece: DiskPiece,
  content: Readable,
  { deps: { free = freeBytes }, folder }: Doing,
): Promise<CaptureAnswer> {
  const { at, bytes } = piece
  const have = intake.have()
  if (at !== have) throw new IntakeError({ code: 'piece-elsewhere', at, have }, false)
  const told = Math.min(diskPieceBytes, order.disk.size - at)
  if (bytes !== told) throw new IntakeError({ code: 'piece-other-size', at, bytes, told })
  const left = free(folder()) - spare
  if (left < longestPiece(bytes)) throw noRoom(dirname(folder()), left)
  await intake.add(piece, content)
  return { kind: 'have', have: intake.have() }
}

async function land(use: TokenUse, told: Unpacked, doing: Doing): Promise<CaptureAnswer> {
  const asked = askedBy(use, doing.deps)
  if (asked.kind === 'order' && hasLanded(asked.attempt, asked.order)) {
    return { kind: 'have', have: asked.order.disk.size }
  }
  return turn(use, doing, async ({ attempt, order, intake }) => {
    const { host, install = '' } = attempt
    const { rule, disk } = order
    const { bytes } = told
    if (bytes !== disk.size)
      throw new IntakeError({ code: 'image-ends-early', bytes, size: disk.size })
    const of = { host, install, at: new Date(doing.deps.wall()).toISOString() }
    const { packed } = await intake.land(told, rule, of)
    doing.works.delete(attempt.token)
    await intake.drop()
    doing.deps.log.info({ host, image: rule.image, bytes: packed.bytes }, 'disk captured')
    return { kind: 'have', have: disk.size }
  })
}

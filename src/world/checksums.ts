import type { Log } from '../base/log.ts'
import type { NewEvent } from '../boot/event-record.ts'
import { textOf } from '../boot/words/event.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { Config, ConfigChecksum, Problem } from '../config/config.ts'
import { createDigests, type Digests } from '../system/digests.ts'
import { createPublished, type Published } from '../system/published.ts'
import type { World } from './world.ts'

/** How a file with a checksum stands; undefined while it is not there or not known. */
async function judge(
  { file, sha256 }: Pick<ConfigChecksum, 'file' | 'sha256'>,
  { publish }: Pick<Published, 'publish'>,
  digests: Digests,
): Promise<'good' | 'wrong' | undefined> {
  const asset = publish(file)
  if (!asset) return undefined
  try {
    return (await digests.of(asset)) === sha256 ? 'good' : 'wrong'
  } catch {
    return undefined
  }
}

/** The warnings of `check`: files that are there and differ. */
export async function wrongChecksums({ assets, checksums }: Config): Promise<Problem[]> {
  const published = createPublished(assets)
  const digests = createDigests()
  const problems: Problem[] = []
  for (const { file, sha256, ...place } of checksums) {
    if ((await judge({ file, sha256 }, published, digests)) !== 'wrong') continue
    problems.push({
      severity: 'warning',
      ...place,
      message: `${sentenceOf({ code: 'wrong-checksum', path: file })}: no host boots it`,
    })
  }
  return problems
}

interface WatchDeps {
  readonly world: Pick<World, 'config'>
  readonly published: Published
  readonly digests: Digests
  readonly log: Log
  record(event: NewEvent): void
}

/** Looks at every file with a checksum when asked to, and says which turned wrong, or good again. */
export function createChecksumWatch({ world, published, digests, log, record }: WatchDeps) {
  const wrong = new Set<string>()
  let turn: Promise<void> | undefined

  const lookAt = async (checksum: ConfigChecksum): Promise<void> => {
    const { file, sha256, path } = checksum
    const key = `${file}\0${sha256}`
    const is = await judge(checksum, published, digests)
    if (is === 'wrong' && !wrong.has(key)) {
      wrong.add(key)
      const event = { kind: 'checksum', code: 'wrong', data: { path, file } } as const
      log.warn(textOf(event))
      record({ host: null, ...event })
    }
    if (is === 'good' && wrong.delete(key)) {
      record({ host: null, kind: 'checksum', code: 'right', data: { path, file } })
    }
  }

  return {
    /** Files that did not change since cost one `stat` each. */
    look(): Promise<void> {
      turn ??= Promise.all(world.config().checksums.map(lookAt))
        .catch(err => log.error({ err }, 'checksums could not be looked at'))
        .then(() => {
          turn = undefined
        })
      return turn
    },
  }
}

export type ChecksumWatch = ReturnType<typeof createChecksumWatch>

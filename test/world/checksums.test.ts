import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { textOf } from '../../src/boot/words/event.ts'
import type { Config } from '../../src/config/config.ts'
import { createDigests } from '../../src/system/digests.ts'
import { createPublished } from '../../src/system/published.ts'
import { createChecksumWatch } from '../../src/world/checksums.ts'
import { makeFolder } from '../folder.ts'
import { sha256 } from '../system/media-files.ts'

t.test('a file that turns wrong is told once, and when it is right again', async t => {
  const folder = makeFolder(t, { linux: 'kernel' })
  const file = join(folder, 'linux')
  const events: string[] = []
  const place = { line: 1, column: 1, path: 'profiles.p.checksums.linux' }
  const checksums = [
    { ...place, file, sha256: sha256('kernel') },
    { ...place, file: join(folder, 'not there yet'), sha256: sha256('kernel') },
  ]
  const watch = createChecksumWatch({
    world: { config: () => ({ checksums }) as unknown as Config },
    published: createPublished(folder),
    digests: createDigests(),
    log: pino({ level: 'silent' }),
    record: event => events.push(`${event.kind}: ${textOf(event).replaceAll(folder, '.')}`),
  })
  await watch.look()
  t.strictSame(events, [])
  writeFileSync(file, 'harmed!')
  await Promise.all([watch.look(), watch.look()])
  await watch.look()
  const wrong =
    'checksum: profiles.p.checksums.linux: ./linux has another sha256 than `checksums` says: no host boots it'
  t.strictSame(events, [wrong])
  writeFileSync(file, 'kernel')
  await watch.look()
  t.strictSame(events, [wrong, 'checksum: profiles.p.checksums.linux: ./linux is right again'])
})

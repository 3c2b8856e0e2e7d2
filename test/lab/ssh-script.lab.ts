import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labObstacle } from './packages.ts'
import { installOverSsh } from './ssh-story.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(12))

t.test("BIOS, a script installs, in by the owner's key", { skip }, async t => {
  const way = { deploy: 'script', login: 'own' } as const
  const { timeline } = await installOverSsh(t, { firmware: 'bios', ...way })
  t.match(timeline.map(({ text }) => text).join('\n'), /install-by-hand: writing the boot loader/)
})

t.test('UEFI, a script installs, in by a key for the second attempt', { skip }, async t => {
  const way = { deploy: 'script', login: 'key', powerLoss: true } as const
  const { timeline } = await installOverSsh(t, { firmware: 'uefi', ...way })
  t.match(timeline.map(({ text }) => text).join('\n'), /install-by-hand: writing the boot loader/)
})

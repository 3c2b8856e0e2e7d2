import t from 'tap'
import { maskSecrets } from '../../src/boot/mask.ts'
import { createPreview } from '../../src/install/preview.ts'
import { createWorld } from './world.ts'

for (const way of ['password', 'key', 'own'] as const) {
  t.test(`what lets us in by ${way} is in the preview, and nothing secret of it`, async t => {
    const world = await createWorld(t, { profile: { login: { way, user: 'root', port: 22 } } })
    const previews = createPreview(world.deps, world.lives)
    const install = world.ask()
    // The world's tokens are short ones.
    const hide = (text: string) => maskSecrets(text.replace(/token-\d+-\d+/g, '***'), [])
    const shown = () => {
      const preview = previews.now(world.host)
      if (preview.kind === 'local') throw new Error(preview.reason)
      return hide(JSON.stringify(preview.content.image))
    }
    const before = shown()
    t.equal(world.memory.installs.currentAttempt('node1', install), undefined, 'none is opened')
    world.boot()
    const attempt = world.memory.installs.currentAttempt('node1', install)
    t.equal(before, hide(JSON.stringify(attempt?.content.image)))
    t.equal(shown(), before, 'and in this boot it is the same')
    t.notMatch(before, /\$6\$/)
    t.equal(before.includes('live.nixos.passwordHash=***'), way === 'password')
    t.equal(before.includes('/logins/***'), way === 'key')
  })
}

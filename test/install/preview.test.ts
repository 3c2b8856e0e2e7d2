import t from 'tap'
import { ipxe } from '../../src/boot/loaders/ipxe.ts'
import { maskSecrets } from '../../src/boot/mask.ts'
import { createWorld } from './world.ts'

for (const way of ['password', 'key', 'own'] as const) {
  t.test(`what lets us in by ${way} is in the preview, and nothing secret of it`, async t => {
    const world = await createWorld(t, { profile: { login: { way, user: 'root', port: 22 } } })
    const install = world.ask()
    // The world's tokens are short ones.
    const hide = (text: string) => maskSecrets(text.replace(/token-\d+-\d+/g, '***'), [])
    const shown = () => {
      const told = world.answers.preview(world.host, ipxe)?.now
      if (told?.kind !== 'boot') throw new Error(told?.reason)
      return hide(JSON.stringify(told.content.image))
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

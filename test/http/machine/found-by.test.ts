import t from 'tap'
import type { Mac } from '../../../src/wire/address.ts'
import { own, startHttp } from '../daemon.ts'

const [mac, other] = ['52:54:00:aa:00:01', '52:54:00:aa:00:02'] as [Mac, Mac]
const more = '  box: { serial: CZJ 123, profile: debian }\n'
const script = (card: Mac) => `/boot/${card.replaceAll(':', '-')}/boot.ipxe?serial=czj%20123`

t.test('a machine is found by the serial number that its iPXE says', async t => {
  const { ask, wired, memory, state } = await startHttp(t, more, {
    owners: new Map([[own, mac]]),
  })
  const { world, lives } = wired
  const host = world.config().hosts.get('box')
  if (!host) throw new Error('unreachable')
  lives.ask(host, {}, false)
  t.match((await ask(script(mac))).body, 'kernel ')
  t.equal(world.hostOf(mac)?.name, 'box')
  t.equal(state('box'), 'booting')
  t.strictSame([...memory.hostCards.known], [[mac, 'box']])
})

t.test('not with a card that is another’s: nobody learns what it installs by asking', async t => {
  const { ask, wired, memory } = await startHttp(t, more, { owners: new Map([[own, mac]]) })
  const host = wired.world.config().hosts.get('box')
  if (!host) throw new Error('unreachable')
  wired.lives.ask(host, {}, false)
  t.notMatch((await ask(script(other))).body, 'kernel ')
  t.equal(memory.hostCards.known.size, 0)
})

t.test('looking moves nobody', async t => {
  const { ask, memory } = await startHttp(t, more, { owners: new Map([[own, mac]]) })
  await ask(script(mac), own, 'HEAD')
  t.equal(memory.hostCards.known.size, 0)
})

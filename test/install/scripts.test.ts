import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { renderScript } from '../../src/boot/loaders/ipxe.ts'
import { nat } from './identify.ts'
import {
  asking,
  changeKernel,
  createWorld,
  foreign,
  kernelOf,
  mac,
  own,
  secondMac,
  type World,
} from './world.ts'

/** The whole script a request gets, or the sentence of its refusal. */
function script(world: World, from = own, by = mac): string {
  const told = world.answers.give(asking(by, from))
  return told.kind === 'boot' ? renderScript(told.content) : `${told.kind}: ${told.reason}`
}

const life = (world: World) => world.lives.lifeOf('node1')

t.test('20 requests of one boot are one attempt and one token, byte for byte', async t => {
  const world = await createWorld(t)
  world.ask()
  world.scripts.discovered('node1')
  const first = script(world)
  t.match(first, 'echo node1 installs debian, attempt 1\n')
  for (let n = 0; n < 19; n++) {
    world.pass(30)
    t.equal(script(world), first)
  }
  t.match(life(world), { state: 'booting', attempt: 1, unanswered: 1 })
  t.equal(world.timeline('state').length, 2)
})

t.test('the command line carries the phone-home URL and the card that booted', async t => {
  const world = await createWorld(t)
  world.ask()
  const token = world.boot()
  const attempt = world.memory.installs.attempt(token)
  t.equal(
    kernelOf(attempt?.content.image)?.cmdline,
    [
      `bootwright=http://10.77.0.1:8080/phone-home/${token}`,
      'BOOTIF=01-52-54-00-12-34-56',
      `console=ttyS0 url=http://10.77.0.1:8080/files/${token}/preseed`,
    ].join(' '),
  )
  t.match(attempt, { mac, address: own, number: 1, void: false })
})

t.test('another card of the same machine is the same boot', async t => {
  const world = await createWorld(t)
  world.ask()
  t.equal(script(world, own, secondMac), script(world))
  t.equal(life(world).attempt, 1)
})

t.test('a stranger is refused and nothing changes', async t => {
  const world = await createWorld(t)
  world.ask()
  const before = world.memory.hosts.get('node1')
  const no = 'forbidden: 10.77.0.66 is 52:54:00:66:66:66 now, no card of node1'
  for (let n = 0; n < 5; n++) t.equal(script(world, foreign), no)
  t.strictSame(world.memory.hosts.get('node1'), before)
  t.equal(world.memory.installs.currentAttempt('node1', before?.install), undefined)

  const token = world.boot()
  const running = world.memory.hosts.get('node1')
  t.equal(script(world, foreign), no, 'not even the script of the running attempt')
  t.strictSame(world.memory.hosts.get('node1'), running)
  t.equal(world.memory.installs.currentAttempt('node1', running?.install)?.token, token)
})

t.test('a stranger that asks for a host at work changes nothing', async t => {
  const world = await createWorld(t)
  world.ask()
  world.boot()
  world.say('ready')
  const before = world.memory.hosts.get('node1')
  t.match(script(world, foreign), /^local: node1 is installing/)
  t.strictSame(world.memory.hosts.get('node1'), before)
})

t.test('trustUrl gives the script to every address', async t => {
  const world = await createWorld(t, { place: { network: { name: nat } } })
  world.ask()
  t.match(script(world, foreign), /^#!ipxe/)
})

t.test('a DISCOVER after the script begins a new boot: attempt 2 with another token', async t => {
  const world = await createWorld(t)
  world.ask()
  const first = world.boot()
  world.scripts.discovered('node1')
  world.scripts.discovered('node1')
  const second = world.boot()
  t.not(second, first)
  t.equal(world.boot(), second)
  t.match(world.memory.installs.attempt(second), { number: 2 })
  t.equal(life(world).attempt, 2)
})

t.test('where we see no DHCP, 120 s of silence begin a new boot', async t => {
  const world = await createWorld(t, { place: { seesDhcp: false } })
  world.ask()
  const first = world.boot()
  world.pass(120)
  t.equal(world.boot(), first)
  world.pass(100)
  world.scripts.heard('node1')
  world.pass(100)
  t.equal(world.boot(), first, 'it was heard in between')
  world.pass(121)
  t.not(world.boot(), first)
  t.equal(life(world).attempt, 2)
})

t.test('where we see DHCP, silence begins nothing', async t => {
  const world = await createWorld(t)
  world.ask()
  const first = world.boot()
  world.pass(600)
  t.equal(world.boot(), first)
})

t.test('attempts used up: the next boot gets its disk', async t => {
  const world = await createWorld(t, { profile: { attempts: 2 } })
  world.ask()
  for (let n = 0; n < 2; n++) {
    world.boot()
    world.scripts.discovered('node1')
  }
  t.equal(world.boot(), 'local: node1 is failed: attempts used up: 2 boots without a sign of life')
  t.equal(world.state(), 'failed')
  t.match(world.boot(), /^local: node1 is failed/)
})

t.test(
  'an asset that changed since it was asked for: failed with a sentence, and the disk',
  async t => {
    const world = await createWorld(t)
    const id = world.ask()
    changeKernel(world, 'another kernel')
    t.match(
      world.boot(),
      /^local: .*assets\/linux is not what it was when the install was asked for; ask again$/,
    )
    t.equal(world.state(), 'failed')
    t.match(world.memory.installs.get(id), { outcome: 'failed', reason: { code: 'asset-changed' } })
  },
)

t.test('an asset that changes while the installer works disturbs nothing', async t => {
  const world = await createWorld(t)
  world.ask()
  world.boot()
  world.say('ready')
  changeKernel(world, 'another kernel')
  t.match(world.boot(), /^local: node1 is installing/)
  t.equal(world.state(), 'installing')
  t.match(world.timeline('note'), [/^came back/])
})

t.test('a template that fails leaves everything as it was, and says why', async t => {
  const world = await createWorld(t)
  writeFileSync(join(world.folder, 'preseed'), 'a {{ host.vars.nobody }}\n')
  world.ask()
  const before = world.memory.hosts.get('node1')
  t.match(world.boot(), /^local: no script for node1: .*host\.vars\.nobody/)
  t.strictSame(world.memory.hosts.get('node1'), before)
  t.equal(world.memory.installs.currentAttempt('node1', before?.install), undefined)
  t.match(world.timeline('script'), [/^no script: .*host\.vars\.nobody/])
  t.strictSame(world.timeline('state').length, 1)
})

t.test('a due host that nobody asked for does not exist: idle gets its disk', async t => {
  const world = await createWorld(t)
  t.equal(world.boot(), 'local: node1 is idle: no install was asked')
  t.equal(world.memory.installs.currentAttempt('node1'), undefined)
})

t.test('a boot that another daemon has opened goes on here, with the same token', async t => {
  const at = (port: number) => `http://10.77.0.${port}:80`
  const place = { serverUrl: at(1), others: [at(2)] }
  const before = await createWorld(t, {
    place,
    profile: { cmdline: `also=${at(1)}80/x {{ files.preseed }}` },
  })
  before.ask()
  const token = before.boot()
  const script1 = script(before)
  await before.close()
  const world = await createWorld(t, {
    after: before,
    place: { serverUrl: at(2), others: [at(1)] },
  })
  const script2 = script(world)
  t.equal(world.boot(), token)
  t.match(script1, `kernel --name kernel --timeout 30000 ${at(1)}/assets/linux `)
  const swapped = script1.replaceAll(
    /10\.77\.0\.([12]):80(?!\d)/g,
    (_, n) => `10.77.0.${3 - Number(n)}:80`,
  )
  t.equal(script2, swapped, 'only the servers differ')
  t.match(script2, `also=${at(1)}80/x`, 'what only begins like it stays')
  const attempt = world.memory.installs.attempt(token)
  t.equal(attempt?.content.phoneHome, `${at(2)}/phone-home/${token}`)
  t.equal(world.memory.installs.file(token, 'preseed'), attempt?.content.files.preseed)
  t.equal(world.say('ready', { token }), 204)

  const alone = await createWorld(t, { place: { serverUrl: at(1) } })
  alone.ask()
  t.notMatch(script(alone), 'timeout')
})

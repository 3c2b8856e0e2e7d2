import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { own, startHttp, stranger } from '../daemon.ts'

const sha256 = 'ab'.repeat(32)
const bytes = 8 * 1024 * 1024
const disk = { name: '/dev/vda', size: 2 ** 34, model: null, serial: 'DISK-1', bus: 'virtio' }
const facts = { serial: 'BOX-1', disks: [disk] }
const measure = { bytes, sha256, packed: { bytes: 5, sha256 } }

const settings = {
  profiles:
    'golden: { image: images/g.raw.zst, seed: { user-data: preseed } }\n' +
    '  plain: { image: images/g.raw.zst, expect: { disk: { serial: X } } }',
  files: {
    images: {
      agent: { linux: 'kernel', initrd: 'initrd', writer: 'writer' },
      'g.raw.zst': 'image',
      'g.raw.zst.json': JSON.stringify(measure),
    },
  },
}

/** node1 is to get an image; `order` is what its agent asks for. */
async function asked(t: Test, profile = 'golden') {
  const http = await startHttp(t, '', settings)
  http.install('node1', profile)
  const { body } = await http.ask('/boot/52:54:00:12:34:56/boot.ipxe')
  const order = (from = own) => http.ask(`/agent/${http.tokenOf('node1')}`, from)
  const ready = (told: object = facts) => http.say('', { payload: { event: 'ready', facts: told } })
  return { ...http, script: body, order, ready }
}

t.test('its installer is the agent with the writer, and the token of the attempt', async t => {
  const { script, tokenOf } = await asked(t)
  for (const file of ['linux', 'initrd', 'writer']) t.match(script, `/assets/images/agent/${file}`)
  t.match(script, /agent=image/)
  t.match(script, `/phone-home/${tokenOf('node1')}`)
})

t.test('it is told what to write when it has said what it is', async t => {
  const { order, ready, ask, tokenOf, lives, memory } = await asked(t)
  t.equal((await order()).body, 'boot\n', 'nothing before that')
  t.equal((await ready()).statusCode, 204)
  const { statusCode, body } = await order()
  t.equal(statusCode, 200)
  t.equal(
    body,
    'write\ndisk /dev/vda\nserial "DISK-1"\nsize 17179869184\nimage /assets/images/g.raw.zst\n' +
      `packing zst\nbytes ${bytes}\nsha256 ${sha256}\nseed user-data meta-data\n`,
  )
  t.equal((await order()).body, body, 'the same each time')
  const file = await ask(`/files/${tokenOf('node1')}/meta-data`)
  t.match(file.body, /^instance-id: \S+\nlocal-hostname: node1\n$/)
  t.match((await ask(`/files/${tokenOf('node1')}/user-data`)).body, /d-i for node1/)
  const lines = memory.events.newest(50, 'node1').map(({ text }) => text)
  t.ok(
    lines.includes(
      '/assets/images/g.raw.zst is written onto /dev/vda, serial DISK-1, 17.2 GB: what was on it is lost',
    ),
    lines.join('\n'),
  )
  t.equal(lives.lifeOf('node1').state, 'installing')
})

t.test('nobody else is told it, and it is noted', async t => {
  const { order, ready, memory } = await asked(t)
  await ready()
  const { statusCode, body } = await order(stranger)
  t.equal(statusCode, 403)
  t.notMatch(body, /\/dev\//)
  const [last] = memory.events.newest(1, 'node1')
  t.match(last, { kind: 'stranger', code: 'file', data: { name: 'order', address: stranger } })
})

t.test('whoever has its token, and not its address, does not choose the disk', async t => {
  const { order, ready, say } = await asked(t)
  await ready()
  const other = { disks: [{ ...disk, name: '/dev/vdb', serial: 'DISK-2' }] }
  const payload = { event: 'progress', facts: other }
  t.equal((await say('', { payload, remoteAddress: '127.0.0.99' })).statusCode, 204)
  t.match((await order()).body, /\ndisk \/dev\/vda\nserial "DISK-1"\n/)
  await say('', { payload })
  t.match((await order()).body, /\ndisk \/dev\/vdb\n/, 'it itself may tell more')
})

t.test('it is told nothing when the install has ended, or was taken back', async t => {
  for (const end of ['done', 'failed'] as const) {
    const { order, ready, say } = await asked(t)
    await ready()
    await say('', { payload: { event: end } })
    t.equal((await order()).body, 'boot\n', end)
  }
  const { order, ready, lives, tokenOf, ask } = await asked(t)
  await ready()
  const token = tokenOf('node1')
  lives.cancel('node1')
  t.equal((await ask(`/agent/${token}`)).statusCode, 404)
  t.not((await order()).statusCode, 200)
})

t.test('a machine that came back in the middle is told nothing more', async t => {
  const { order, ready, ask, lives } = await asked(t)
  await ready()
  t.match((await order()).body, /^write\n/)
  lives.apply('node1', { kind: 'discovered', newBoot: true } as never)
  t.match((await ask('/boot/52:54:00:12:34:56/boot.ipxe')).body, /sanboot|exit/)
  t.equal((await order()).body, 'boot\n')
})

t.test('the wrong disk ends the install before anything is told', async t => {
  const cases = [
    ['plain', facts, /no disk is serial X/],
    ['golden', { disks: [disk, { ...disk, name: '/dev/vdb' }] }, /several disks fit/],
    ['golden', { disks: [{ ...disk, size: 1024 }] }, /is too small: it has 1024 bytes/],
    ['golden', { disks: [] }, /it has no disk/],
    ['golden', {}, /it has no disk/],
  ] as const
  for (const [profile, told, why] of cases) {
    const { order, ready, lives, memory } = await asked(t, profile)
    await ready(told)
    t.equal(lives.lifeOf('node1').state, 'failed')
    t.equal((await order()).body, 'boot\n')
    const lines = memory.events.newest(50, 'node1').map(({ text }) => text)
    t.match(lines.join('\n'), why)
    t.notMatch(lines.join('\n'), /what was on it is lost/)
  }
})

t.test('an image that was not measured, or was exchanged, is not asked for', async t => {
  const { folder, install } = await startHttp(t, '', settings)
  const image = join(folder, 'assets/images/g.raw.zst')
  writeFileSync(image, 'another image')
  t.throws(() => install('node1', 'golden'), /has 13 bytes, and had 5 when it was imported/)
  for (const bad of ['', '{}', 'null', '[]', JSON.stringify({ ...measure, sha256: 'x; reboot' })]) {
    writeFileSync(`${image}.json`, bad)
    t.throws(() => install('node1', 'golden'), /has no sum of what is in it/, bad)
  }
})

t.test('the token of a discovered machine orders nothing', async t => {
  const { ask } = await startHttp(t, 'unknownHosts: discover\n', settings)
  const { body } = await ask('/boot/52:54:00:99:99:99/boot.ipxe', stranger)
  t.notMatch(body, /writer|agent=image/)
  const [, token = ''] = /\/phone-home\/(\S+)/.exec(body) ?? []
  t.equal((await ask(`/agent/${token}`, stranger)).body, 'wait\n')
})

import t from 'tap'
import type { Callback } from '../../src/boot/callback.ts'
import { stranger } from '../http/daemon.ts'
import { until } from '../install/world.ts'
import { type Story, startStory } from './story.ts'

const script = '/boot/52-54-00-12-34-56/boot.ipxe'

/** From the firmware to the last byte of the initrd. */
async function boots(story: Story) {
  await story.lease('undionly', '127.0.0.9')
  const { body } = await story.ask(script)
  for (const [, path = ''] of body.matchAll(/http:\/\/[^/]+(\/assets\/\S+)/g)) await story.ask(path)
  return body
}

function profileOf(story: Story) {
  const profile = story.wired.world.config().hosts.get('node1')?.profile
  if (!profile) throw new Error('unreachable')
  return profile
}

t.test('an install was asked for, and nothing is heard', async t => {
  const story = await startStory(t)
  story.install()
  t.strictSame(story.ids(100), [], 'machines take their time')
  t.match(story.verdicts(900)[0], {
    id: 'silent-host',
    evidence: ['the install was asked for 15 min ago', /52:54:00:12:34:56/],
  })
  await story.send(story.packet('undionly-discover'))
  t.notOk(story.ids(900).includes('silent-host'))
})

t.test('the script is served at one boot after the other', async t => {
  const story = await startStory(t)
  story.install()
  for (let boot = 1; boot <= 2; boot++) await boots(story)
  t.notOk(story.ids(10).includes('install-loop'), 'twice may happen')
  await boots(story)
  const [verdict] = story.verdicts(10)
  t.match(verdict, {
    id: 'install-loop',
    title: 'It got its script at 3 boots, and what it boots never said a word',
  })
  t.match(verdict?.evidence.at(-1), /initrd.gz sent/)
  await story.say('?event=ready')
  t.strictSame(story.ids(10), [])
})

t.test('the same boot asks twice, and that is no loop', async t => {
  const story = await startStory(t)
  story.install()
  await boots(story)
  for (let again = 0; again < 4; again++) await story.ask(script)
  t.strictSame(story.ids(10), [])
})

t.test('its loader fetches the kernel again and again, and nothing else', async t => {
  const story = await startStory(t)
  story.install()
  await story.lease('undionly', '127.0.0.9')
  const { body } = await story.ask(script)
  const [first = '', second = ''] = [...body.matchAll(/http:\/\/[^/]+(\/assets\/\S+)/g)].map(
    ([, path = '']) => path,
  )
  for (let time = 1; time <= 2; time++) await story.ask(first)
  t.notOk(story.ids().includes('fetch-loop'), 'a second try may happen')
  await story.ask(first)
  const verdict = story.verdicts().find(({ id }) => id === 'fetch-loop')
  t.match(verdict, { title: `It fetched ${first} 3 times in a row, and nothing else` })
  await story.ask(second)
  t.notOk(story.ids().includes('fetch-loop'), 'it went on')
})

t.test('ready never came', async t => {
  const story = await startStory(t)
  story.install()
  await boots(story)
  t.strictSame(story.ids(60), [], 'it may still be coming up')
  const [verdict, ...more] = story.verdicts(600)
  t.strictSame(more, [])
  t.match(verdict, { id: 'no-ready', title: /^It has loaded its installer/ })
  t.match(verdict?.evidence, [/HTTP: initrd.gz sent/, /no phone home in the 10 min since/])
  story.lives.apply('node1', { kind: 'late', why: { code: 'boot-timeout', boots: 1 } })
  t.strictSame(story.ids(), ['no-ready'], 'it has failed by that')
  story.install()
  t.strictSame(story.ids(), [], 'a new install is a new story')
})

t.test('it has its script, and fetches nothing of it', async t => {
  const story = await startStory(t)
  story.install()
  await story.lease('undionly', '127.0.0.9')
  await story.ask(script)
  t.match(story.verdicts(600)[0], {
    id: 'no-ready',
    title: /fetched nothing that the script names/,
  })
})

t.test('SSH never opened', async t => {
  const story = await startStory(t)
  Object.assign(profileOf(story), { phoneHome: 'ssh' })
  story.install()
  await boots(story)
  const data = { address: '127.0.0.20', why: { code: 'ssh-not-yet', port: 22 } } as const
  story.memory.record({ host: 'node1', kind: 'ssh', code: 'unproved', data })
  t.strictSame(story.ids(60), [])
  const [verdict] = story.verdicts(600)
  t.match(verdict, { id: 'no-ssh', title: 'It has booted, and its SSH server never opened' })
  t.match(verdict?.evidence[1], /127\.0\.0\.20 has no SSH server on port 22 yet/)
  await story.say('?event=ready')
  t.strictSame(story.ids(600), [])
})

t.test('it reboots in the middle of its install', async t => {
  const story = await startStory(t)
  story.install()
  await boots(story)
  await story.say('?event=ready')
  await story.lease('undionly', '127.0.0.9')
  t.match(story.verdicts()[0], { id: 'came-back', title: /rebooted in the middle/ })
  await story.say('?event=done')
  t.strictSame(story.ids(), [])
})

t.test('somebody else asks for its installer', async t => {
  const story = await startStory(t)
  story.install()
  await story.ask(script, stranger)
  t.match(story.verdicts()[0], { id: 'stranger', advice: /trustUrl: true/ })
  await story.ask(script)
  t.notOk(story.ids().includes('stranger'), 'it got its own')
})

t.test('callbacks fail', async t => {
  const command = (name: string, run: readonly string[]): Callback => {
    return { kind: 'command', name, when: ['asked'], run, cwd: '/', timeout: 5 }
  }
  const webhook = (name: string, url: string): Callback => {
    return { kind: 'webhook', name, when: ['asked'], url, timeout: 5 }
  }
  const failing: readonly [Callback, RegExp, RegExp][] = [
    [command('power', ['/nowhere/ipmitool']), /cannot run .*ENOENT/, /^See that .* exists/],
    [command('power', ['false']), /exit code 1/, /^Its output is in the timeline/],
    [webhook('notify', 'http://127.0.0.1:9/'), /ECONNREFUSED.*tried again/, /^Nothing listens/],
    [webhook('notify', '{{ facts.nobody }}'), /facts.nobody/, /^Correct the template/],
  ]
  for (const [callback, evidence, advice] of failing) {
    const story = await startStory(t)
    Object.assign(profileOf(story), { callbacks: [callback] })
    story.install()
    const failed = () => story.memory.deliveries.ofHost('node1', 1)[0]?.error !== undefined
    await until(failed, 'the end of the callback')
    t.match(story.verdicts()[0], { id: 'callback-fails', evidence: [evidence], advice })
  }
})

t.test('the clock', async t => {
  const skewed = async (seconds: number) => {
    const story = await startStory(t)
    story.install()
    await boots(story)
    const time = Math.round(Date.now() / 1000) + seconds
    await story.say('', { payload: { event: 'ready', facts: { time } } })
    return story.verdicts()
  }
  t.strictSame(await skewed(100), [])
  t.match((await skewed(-90_000))[0], {
    id: 'clock',
    title: 'The clock of the machine is wrong',
    evidence: [/its clock was 25 h behind/],
  })

  const story = await startStory(t)
  story.install()
  await boots(story)
  await story.say('?event=failed&message=SSL:%20certificate%20is%20not%20yet%20valid')
  t.match(story.verdicts()[0], { id: 'clock', evidence: [/certificate is not yet valid/] })
})

t.test('by the API', async t => {
  const story = await startStory(t)
  story.install()
  await story.ask(script, stranger)
  const answer = await story.admin('GET', '/hosts/node1/doctor')
  t.equal(answer.statusCode, 200)
  t.match(answer.json(), { host: 'node1', verdicts: [{ id: 'stranger' }] })
  t.equal((await story.admin('GET', '/hosts/nobody/doctor')).statusCode, 404)
})

t.test('an installer that says why it failed', async t => {
  const story = await startStory(t)
  for (const [message, advice] of [
    ['no disk found', /RAID \(Intel RST, VMD\)/],
    ['debootstrap: cannot fetch Release file from mirror', /router and DNS/],
    ['No space left on device', /too small/],
    ['something else', /says itself what is wrong.*`bootwright events node1`/],
  ] as const) {
    story.install()
    await boots(story)
    await story.say('?event=ready')
    await story.say(`?event=failed&message=${encodeURIComponent(message)}`)
    const [verdict] = story.verdicts(60)
    t.match(verdict, {
      id: 'install-failed',
      title: `the installer says it failed: ${message}`,
      advice,
    })
  }
})

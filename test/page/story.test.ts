import t from 'tap'
import type { HostEvent } from '../../src/api/events.ts'
import type { ContentOf, EventContent } from '../../src/boot/event.ts'
import type { DhcpData } from '../../src/boot/event-data.ts'
import { journeyOf } from '../../src/page/host/journey.ts'
import { stopsOf } from '../../src/page/host/journey-line.ts'
import { readEvent } from '../../src/page/host/read-event.ts'
import { chaptersOf } from '../../src/page/host/story.ts'
import { asks, enters, installed, timeline, toDisk } from './examples.ts'

const told = (event: EventContent) => {
  const [line] = timeline([0, event])
  return line && readEvent(line)
}

t.test('lines as one would tell them', async t => {
  t.strictSame(told(asks()), {
    label: 'DHCP',
    text: 'The firmware asks → offered 10.0.0.5, loader undionly.kpxe',
    why: 'node1 is pending',
    tone: 'plain',
  })
  const { data: asked } = asks() as ContentOf<'dhcp'> & { data: DhcpData }
  const { address: _, ...proxied } = asked
  const taking = {
    ...proxied,
    asked: 'request',
    answer: 'ack',
    stage: 'ipxe',
    boot: 'chain',
  } as const
  t.equal(
    told({ kind: 'dhcp', code: 'answered', data: taking })?.text,
    'iPXE takes the offer → confirmed its script',
  )
  t.equal(
    told(asks({ stage: 'http-firmware', boot: 'local' }))?.text,
    'The firmware (HTTP boot) asks → offered 10.0.0.5, its disk',
  )
  const silent = {
    ...proxied,
    answer: 'none',
    boot: 'none',
    why: { code: 'unknown-ignored' },
  } as const
  t.match(told({ kind: 'dhcp', code: 'ignored', data: silent }), {
    text: 'The firmware asks → no answer',
    why: 'not a host of the config',
  })
  const foreign = { server: '10.0.0.3', boot: { file: 'x' } }
  t.match(told({ kind: 'dhcp', code: 'foreign', data: foreign }), { tone: 'warn' })
  t.match(told(enters('booting', 'failed', { code: 'attempts-used-up', boots: 3 })), {
    text: 'attempts used up: 3 boots',
    state: 'failed',
    tone: 'bad',
  })
  const local = {
    what: 'GRUB config',
    address: '10.0.0.5',
    why: { code: 'unknown-local' },
  } as const
  t.match(told({ kind: 'script', code: 'local', data: local }), {
    ...{ label: 'GRUB config', text: 'Sent to its disk', why: 'not a host of the config' },
  })
  const failed = told({ kind: 'script', code: 'failed', data: { error: 'linux is missing' } })
  t.match(failed, { text: 'no script: linux is missing', tone: 'bad' })
  t.match(told({ kind: 'asset', code: 'missing', data: { url: '/assets/x' } }), { tone: 'bad' })
  t.match(told({ kind: 'tftp', code: 'failed', data: { name: 'x' } }), { tone: 'bad' })
  const callback = { callback: 'deploy', event: 'ready' } as const
  const ended = { ...callback, error: 'exit code 1' }
  t.match(told({ kind: 'callback', code: 'failed', data: ended }), { tone: 'bad' })
  t.match(told({ kind: 'callback', code: 'ended', data: callback }), { tone: 'plain' })
})

t.test(
  'lines from before codes, and of kinds that nobody foresaw, are shown as they are',
  async t => {
    const [event] = installed
    if (!event) return t.fail('unreachable')
    const { data: _, reason: _reason, ...rest } = event
    t.match(readEvent({ ...rest, code: null, text: 'idle -> pending: as it was' }), {
      label: 'state',
      text: 'idle -> pending: as it was',
      tone: 'plain',
    })
    t.match(readEvent({ ...rest, code: null, kind: 'something new', text: 'text' }), {
      ...{ label: 'something new', text: 'text' },
    })
  },
)

t.test('nothing is read from a sentence', async t => {
  const nonsense = (events: readonly HostEvent[]) =>
    events.map(event => ({ ...event, text: 'xyzzy', ...(event.reason && { reason: 'plugh' }) }))
  const outline = (events: readonly HostEvent[]) =>
    chaptersOf(events).map(({ title, steps }) => [
      title,
      steps.map(({ kind, percent, line }) => [kind, percent, line.label, line.state, line.tone]),
    ])
  const all = [...installed, ...toDisk]
  t.strictSame(outline(nonsense(all)), outline(all))
  for (let n = 1; n <= all.length; n++) {
    t.strictSame(journeyOf(nonsense(all.slice(0, n))), journeyOf(all.slice(0, n)))
  }
})

t.test('chapters begin with a wish or a boot', async t => {
  const chapters = chaptersOf([...installed, ...toDisk])
  t.strictSame(
    chapters.map(({ title, steps }) => [title, steps.length]),
    [
      ['Install asked for', 1],
      ['Network boot', 12],
      ['Network boot', 1],
    ],
  )
  const [, boot] = chapters
  t.equal(boot?.steps[1]?.after, 4000, 'the pause before a step')
  const output = boot?.steps.find(({ kind }) => kind === 'output')
  t.strictSame(output?.output, ['partitions', 'formats'], 'lines that follow each other are one')
  const progress = boot?.steps.find(({ percent }) => percent !== undefined)
  t.match(progress, { percent: 90, line: { text: '90 %: cleans up' } }, 'so is progress')
  t.strictSame(chaptersOf([]), [])
})

t.test('lines of syslog are shown as they were written', async t => {
  const said = (line: string): EventContent => {
    return { kind: 'syslog', code: 'line', data: { severity: 'info', line } }
  }
  const printed: EventContent = { kind: 'output', code: 'line', data: { callback: 'x', line: 'c' } }
  const lines = timeline([0, said('kernel: a')], [0, said('kernel: b')], [1, printed])
  t.strictSame(
    chaptersOf(lines)[0]?.steps.map(({ output }) => output),
    [['kernel: a', 'kernel: b'], ['c']],
  )
})

t.test('firmware that asks again still boots once, a silence is another boot', async t => {
  const boots = (...at: number[]) =>
    chaptersOf(timeline(...at.map(n => [n, asks()] as const))).length
  t.equal(boots(0, 4, 12, 28), 1)
  t.equal(boots(0, 4, 300), 2)
})

t.test('how far a boot came', async t => {
  const states = (n: number) => journeyOf(installed.slice(0, n)).map(({ state }) => state)
  t.strictSame(journeyOf(installed.slice(0, 1)), [], 'never booted')
  t.strictSame(
    journeyOf(installed.slice(0, 4)).map(({ name, state }) => `${name} ${state}`),
    [
      'Firmware passed',
      'Offer passed',
      'Loader passed',
      'iPXE awaited',
      'Script ahead',
      'Kernel ahead',
      'Installer ahead',
      'Installed ahead',
    ],
  )
  t.equal(states(8).filter(state => state === 'passed').length, 6)
  t.ok(states(installed.length).every(state => state === 'passed'))
  const [end] = timeline([900, enters('booting', 'failed', { code: 'boot-timeout', boots: 1 })])
  const failed = [...installed.slice(0, 8), ...(end ? [{ ...end, id: 99 }] : [])]
  t.match(journeyOf(failed)[6], { name: 'Installer', state: 'stopped' })
  t.strictSame(
    journeyOf([...installed, ...toDisk]).map(({ name, state }) => `${name} ${state}`),
    ['Firmware passed', 'Offer passed', 'Disk passed'],
  )
})

t.test('a host that netboots arrives at its kernel', async t => {
  const stops = stopsOf(installed.slice(0, 8), true).map(({ name, state }) => `${name} ${state}`)
  t.strictSame(stops.slice(-2), ['Script passed', 'Kernel passed'])
  t.match(stopsOf(installed.slice(0, 8), false).at(-1), { name: 'Installed' })
})

t.test('a stop that nothing was seen of is passed when a later one is', async t => {
  const embedded = installed.filter(({ kind }) => kind !== 'tftp')
  t.match(journeyOf(embedded)[2], { name: 'Loader', at: undefined, state: 'passed' })
})

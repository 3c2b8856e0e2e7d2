import t from 'tap'
import { journeyOf } from '../../src/page/host/journey.ts'
import { stopsOf } from '../../src/page/host/journey-line.ts'
import { readEvent } from '../../src/page/host/read-event.ts'
import { chaptersOf } from '../../src/page/host/story.ts'
import { installed, timeline, toDisk } from './examples.ts'

const told = (kind: string, text: string) => {
  const [event] = timeline([0, kind, text])
  return event && readEvent(event)
}

t.test('lines as one would tell them', async t => {
  t.strictSame(
    told('dhcp', 'DHCP DISCOVER (firmware, bios) -> OFFER 10.0.0.5, loader x.efi: due'),
    {
      label: 'DHCP',
      text: 'The firmware asks → offered 10.0.0.5, loader x.efi',
      why: 'due',
      tone: 'plain',
    },
  )
  const proxy = 'DHCP REQUEST (ipxe, x64-efi) -> proxy ACK, its script: node1 is pending'
  t.equal(told('dhcp', proxy)?.text, 'iPXE takes the offer → confirmed its script')
  const disk = 'DHCP DISCOVER (http-firmware, x64-efi) -> OFFER 10.0.0.5, boot your disk: installed'
  t.equal(told('dhcp', disk)?.text, 'The firmware (HTTP boot) asks → offered 10.0.0.5, its disk')
  const silent = told('dhcp', 'DHCP DISCOVER (firmware, bios): no reply: not a host of the config')
  t.match(silent, { text: 'The firmware asks → no answer', why: 'not a host of the config' })
  t.match(
    told(
      'dhcp',
      'takes its address from the DHCP server 10.0.0.3, which offers x too: that may win over ours',
    ),
    { tone: 'warn' },
  )
  t.match(told('state', 'booting -> failed: attempts used up: 3 boots'), {
    text: 'attempts used up: 3 boots',
    state: 'failed',
    tone: 'bad',
  })
  t.match(told('script', 'script: boot your disk: node1 is idle'), {
    text: 'Sent to its disk',
    why: 'node1 is idle',
  })
  t.match(told('script', 'no script: linux is missing'), {
    text: 'no script: linux is missing',
    tone: 'bad',
  })
  t.match(told('asset', 'HTTP: /assets/x not served: no such file'), { tone: 'bad' })
  t.match(told('tftp', 'TFTP: undionly.kpxe failed: no answer'), { tone: 'bad' })
  t.match(told('callback', 'deploy (ready) ended: exit code 1'), { tone: 'bad' })
  t.match(told('callback', 'deploy (ready) ended well'), { tone: 'plain' })
  t.match(told('stranger', 'somebody'), { label: 'stranger', tone: 'bad' })
  t.match(told('something new', 'text'), { label: 'something new', text: 'text' })
  t.match(told('dhcp', 'DHCP'), { text: 'DHCP' }, 'also what nobody foresaw')
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
  const lines = timeline([0, 'syslog', 'kernel: a'], [0, 'syslog', 'kernel: b'], [1, 'output', 'c'])
  t.strictSame(
    chaptersOf(lines)[0]?.steps.map(({ output }) => output),
    [['kernel: a', 'kernel: b'], ['c']],
  )
})

t.test('firmware that asks again still boots once, a silence is another boot', async t => {
  const ask = 'DHCP DISCOVER (firmware, bios) -> OFFER 10.0.0.5, loader x: due'
  const boots = (...at: number[]) =>
    chaptersOf(timeline(...at.map(n => [n, 'dhcp', ask] as const))).length
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
  const [end] = timeline([900, 'state', 'booting -> failed: bootTimeout'])
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

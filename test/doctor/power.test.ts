import t from 'tap'
import type { EventContent } from '../../src/boot/event.ts'
import type { EventRecord } from '../../src/boot/event-record.ts'
import type { Host } from '../../src/boot/host.ts'
import { lifeIn } from '../../src/boot/life-in.ts'
import type { PowerHeard } from '../../src/boot/power.ts'
import type { Reason } from '../../src/boot/reason.ts'
import { textOf } from '../../src/boot/words/event.ts'
import type { HostCase } from '../../src/doctor/case.ts'
import { diagnose } from '../../src/doctor/diagnose.ts'
import { storyOf } from '../../src/doctor/step.ts'
import type { Mac } from '../../src/wire/address.ts'
import { startStory } from './story.ts'

const now = Date.UTC(2026, 10, 29, 8)
const mac = '52:54:00:12:34:56' as Mac
const host: Host = {
  ...{ name: 'node1', nics: [{ mac }], tags: [], vars: {} },
  power: { by: 'bmc', address: '10.77.1.21' },
}
const address = '10.77.1.21:443'

/** What happened so many seconds ago. */
function happened(...contents: (readonly [secondsAgo: number, content: EventContent])[]) {
  const record = ([ago, { kind, code, data }]: (typeof contents)[number], id: number) => {
    const at = now - ago * 1000
    const text = textOf({ kind, code, data } as EventContent)
    return { id, at, lastAt: at, count: 1, host: 'node1', kind, code, data, text } as EventRecord
  }
  return storyOf(contents.map(record))
}

const started = (more: object = {}): EventContent => ({
  ...{ kind: 'power', code: 'started' },
  data: { by: 'bmc', attempt: 1, again: false, state: 'on', ...more },
})

const firmwareAsks = (arch: 'bios' | 'x64-efi'): EventContent => ({
  ...{ kind: 'dhcp', code: 'answered' },
  data: { mac, asked: 'discover', answer: 'offer', proxy: false, stage: 'firmware', arch },
})

function verdicts(about: Partial<HostCase>) {
  const life = lifeIn('idle')
  const empty = {
    steps: [],
    deliveries: [],
    missing: [],
    held: [],
    routers: [],
    isSigned: () => undefined,
  }
  return diagnose({ host, life, now, ...empty, ...about })
}

const refused = (why: Reason): PowerHeard => ({ at: now - 60_000, ok: false, why })
const troubles: readonly [string, Reason, RegExp, RegExp][] = [
  [
    'bmc-unreachable',
    { code: 'bmc-unreachable', address, error: 'it does not answer' },
    /^10\.77\.1\.21:443 cannot be reached: it does not answer$/,
    /one of their own/,
  ],
  [
    'bmc-unreachable',
    { code: 'bmc-slow', address, seconds: 20 },
    /gave no whole answer within 20 s$/,
    /a cable/,
  ],
  [
    'bmc-login',
    { code: 'bmc-login', address, user: 'admin' },
    /refuses the user admin or the password$/,
    /passwordFile/,
  ],
  [
    'bmc-certificate',
    { code: 'bmc-certificate', address, shown: 'AA', kept: 'BB' },
    /^Its BMC shows another certificate than before$/,
    /bootwright bmc trust node1/,
  ],
  [
    'power-fails',
    { code: 'bmc-refused', address, what: 'On', error: 'not now' },
    /refuses On: not now$/,
    /bootwright power status node1/,
  ],
  [
    'power-fails',
    { code: 'power-program', program: 'virsh', error: 'no domain' },
    /^virsh: no domain$/,
    /by hand/,
  ],
]
for (const [id, why, title, advice] of troubles) {
  t.test(`${id}: ${why.code}`, async t => {
    const evidence = [/^60 s ago: /]
    t.match(verdicts({ heard: refused(why) }), [{ id, title, advice, evidence }])
    const { power: _, ...bare } = host
    t.strictSame(verdicts({ host: bare, heard: refused(why) }), [], 'its way is gone')
  })
}

t.test('an install that failed since its machine could not be started', async t => {
  const because: Reason = { code: 'bmc-login', address, user: 'admin' }
  const life = lifeIn('failed', {
    since: now - 600_000,
    why: { code: 'not-started', because },
    byTime: true,
  })
  const heard: PowerHeard = { at: now - 60_000, ok: true, state: 'off' }
  const evidence = [/^10 min ago: /, '60 s ago: it answers, and is off']
  t.match(verdicts({ life, heard }), [{ id: 'bmc-login', evidence }])
  const start = { attempt: 1, again: false, step: 'failed', since: now, why: because } as const
  t.match(verdicts({ life: lifeIn('pending', { since: now, start }) }), [{ id: 'bmc-login' }])
})

t.test('the system that was to kexec', async t => {
  const because: Reason = { code: 'kexec-refused', said: 'there is no kexec' }
  const why = { code: 'not-started', because } as const
  const life = lifeIn('failed', { since: now - 60_000, why, byTime: true })
  const { power: _, ...bare } = host
  const running = { user: 'root', identityFile: '/key', port: 22 }
  const title = 'its system does not boot the installer: there is no kexec'
  const finding = { id: 'kexec-refused', title, advice: /--dry-run/ }
  t.match(verdicts({ host: { ...bare, running }, life }), [finding])
  t.match(verdicts({ life }), [finding], 'with a way to its power too')
})

t.test('started, and no DHCP packet', async t => {
  const done = (ago: number, doubt?: Reason) => ({
    ...{ attempt: 1, again: false, step: 'done', since: now - ago * 1000 },
    ...(doubt && { doubt }),
  })
  const pending = (start: object) =>
    lifeIn('pending', { since: now - 900_000, start: start as never })
  t.strictSame(verdicts({ life: pending(done(100)) }), [], 'its POST may take that long')
  const heard: PowerHeard = { at: now - 5000, ok: true, state: 'on' }
  const steps = happened([400, started()])
  t.match(verdicts({ life: pending(done(400)), steps, heard }), [
    {
      id: 'no-dhcp',
      evidence: [
        /^7 min ago: reset to boot/,
        `no DHCP packet came from ${mac} in the 7 min since`,
        '5 s ago: it is on',
      ],
      advice: /cable.*VLAN.*boot order/s,
    },
  ])
  const doubt: Reason = { code: 'netboot-not-kept', is: 'BootSourceOverrideEnabled Disabled' }
  t.match(verdicts({ life: pending(done(400, doubt)) }), [
    { id: 'override-ignored', evidence: [/shows BootSourceOverrideEnabled Disabled now/] },
  ])
  const why: Reason = { code: 'no-discover', seconds: 600, because: doubt }
  const failed = lifeIn('failed', { since: now, why, byTime: true })
  t.match(verdicts({ life: failed }), [{ id: 'override-ignored' }])
  const due = { attempt: 1, again: false, step: 'due', since: now - 900_000 }
  t.strictSame(verdicts({ life: pending(due) }), [], 'it waits for its turn')
})

t.test('started, and the system on its disk asks for an address', async t => {
  const system: EventContent = {
    ...{ kind: 'dhcp', code: 'answered' },
    data: { mac, asked: 'discover', answer: 'offer', proxy: false },
  }
  const start = { attempt: 1, again: false, step: 'done', since: now - 90_000 } as const
  const life = lifeIn('pending', { since: now - 90_000, start })
  const steps = happened([90, started()], [20, system])
  t.match(verdicts({ life, steps }), [
    {
      id: 'override-ignored',
      title: /booted its disk$/,
      evidence: [/^90 s ago: reset/, /^20 s ago: DHCP DISCOVER.*the system that asks/],
      advice: /boot order/,
    },
  ])
  const before = happened([100, system], [90, started()])
  t.strictSame(verdicts({ life, steps: before }), [], 'that was before')
  const heard = lifeIn('pending', { since: now, start: { ...start, step: 'heard' } })
  const firmware = happened([90, started()], [60, firmwareAsks('bios')], [20, system])
  t.strictSame(verdicts({ life: heard, steps: firmware }), [], 'its firmware asked, too')
})

t.test('the other mode', async t => {
  const firmware = { mode: 'uefi', door: 'pxe' }
  const came = (arch: 'bios' | 'x64-efi') =>
    happened([90, started({ firmware })], [30, firmwareAsks(arch)])
  t.match(verdicts({ steps: came('bios') }), [
    {
      id: 'wrong-mode',
      title: 'It was to boot in UEFI mode, and netbooted in the other one',
      evidence: [/^90 s ago: reset/, /^30 s ago: DHCP DISCOVER/],
    },
  ])
  t.strictSame(verdicts({ steps: came('x64-efi') }), [])
  const doubt = { code: 'netboot-not-kept', is: 'BootSourceOverrideMode Legacy', of: 'mode' }
  t.match(verdicts({ steps: happened([90, started({ firmware, doubt })]) }), [
    { id: 'wrong-mode', title: 'Its BMC did not keep that it is to boot in UEFI mode' },
  ])
  t.strictSame(verdicts({ steps: happened([90, started()], [30, firmwareAsks('bios')]) }), [])
})

t.test('what was heard last comes from the daemon', async t => {
  const power = '\npower: { vm: { command: { on: ["true"], off: ["true"], status: ["false"] } } }\n'
  const story = await startStory(t, { more: power })
  const node1 = story.wired.world.config().hosts.get('node1')
  Object.assign(node1 as object, { power: { by: 'vm' } })
  t.strictSame(story.ids(), [])
  await story.wired.power.run(node1 as Host, 'status')
  t.match(story.verdicts(), [{ id: 'power-fails', title: 'false: it ended with exit code 1' }])
})

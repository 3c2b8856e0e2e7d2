import t from 'tap'
import type { DhcpData } from '../../src/boot/event-data.ts'
import type { EventRecord } from '../../src/boot/event-record.ts'
import type { Reason } from '../../src/boot/reason.ts'
import { textOf } from '../../src/boot/words/event.ts'
import type { HostCase } from '../../src/doctor/case.ts'
import { diagnose } from '../../src/doctor/diagnose.ts'
import { storyOf } from '../../src/doctor/step.ts'
import { firmware, host6 } from '../dhcp6/examples.ts'

const start = Date.UTC(2026, 10, 20, 12)
const host = host6('node1', firmware)
const base = { mac: host.nics[0]?.mac ?? '', proxy: false, version: 6 } as const

type Told = Parameters<typeof textOf>[0]

/** What the doctor says two minutes after the last of these lines, which are a second apart. */
function verdicts(...told: Told[]) {
  return verdictsBeside([], told)
}

function verdictsBeside(routers: readonly Reason[], told: readonly Told[]) {
  const events = told.map((event, n) => {
    const at = start + n * 1000
    const about = { id: n + 1, at, lastAt: at, count: 1, host: 'node1', text: textOf(event) }
    return { ...about, ...event } as EventRecord
  })
  const about: HostCase = {
    ...{ host, life: { state: 'pending', since: start } as never, steps: storyOf(events) },
    ...{ deliveries: [], missing: [], isSigned: () => undefined, held: [], routers },
    now: start + told.length * 1000 + 120_000,
  }
  return diagnose(about)
}

function dhcp(more: Partial<DhcpData>): Told {
  const data: DhcpData = { ...base, asked: 'solicit', answer: 'none', ...more }
  return { kind: 'dhcp', code: data.answer === 'none' ? 'ignored' : 'answered', data }
}

const asksPxe = dhcp({ stage: 'firmware', arch: 'x64-efi', answer: 'advertise', boot: 'load' })
const loader: Told = { kind: 'tftp', code: 'done', data: { name: 'snponly.efi', bytes: 9, ms: 1 } }
const ipxeUntold = dhcp({ stage: 'ipxe', why: { code: 'no-proxy-client', client: 'iPXE' } })
const script: Told = {
  kind: 'script',
  code: 'boot',
  data: { what: 'script', address: '2001:db8:77::20', why: { code: 'boots', title: 'lab' } },
}

t.test('iPXE that asks nobody over IPv6: what the router must say', async t => {
  t.match(verdicts(asksPxe, loader), [{ id: 'loader-silent', advice: /M flag/ }])
  const { version: _, ...four } = { ...base, asked: 'discover', answer: 'offer', boot: 'load' }
  const asks4 = { ...four, stage: 'firmware', arch: 'x64-efi' } as DhcpData
  const [verdict] = verdicts({ kind: 'dhcp', code: 'answered', data: asks4 }, loader)
  t.notMatch(verdict?.advice, /M flag/)
})

t.test('iPXE beside another DHCPv6 server that tells it of no script', async t => {
  t.match(verdicts(asksPxe, loader, ipxeUntold), [{ id: 'no-script6', advice: /bootfile-url/ }])
  t.strictSame(verdicts(asksPxe, loader, ipxeUntold, script), [])
})

t.test('another DHCPv6 server whose address it takes', async t => {
  const request = dhcp({ stage: 'firmware', arch: 'x64-efi', asked: 'request' })
  const data = { server: '52:54:00:99:99:01', version: 6 } as const
  t.match(verdicts(asksPxe, request, { kind: 'dhcp', code: 'foreign', data }), [
    { id: 'rival', title: /DHCPv6 server 52:54:00:99:99:01/, advice: /mode6: boot/ },
  ])
})

t.test('no router sends machines to DHCPv6', async t => {
  const unmanaged: Reason = { code: 'router6-unmanaged', network: 'lan', routers: ['fe80::1'] }
  const slow: Reason = { code: 'router6-prefix', network: 'lan', subnet: 'fd00:77::/64' }
  const router6 = { id: 'router6', evidence: [/fe80::1 advertises without the M flag/] }
  t.match(verdictsBeside([unmanaged], []), [router6], 'nothing was heard')
  t.match(verdictsBeside([unmanaged], [asksPxe, loader])[0], router6, 'nor of its iPXE')
  t.strictSame(verdictsBeside([slow], [asksPxe, loader]), verdicts(asksPxe, loader))
  const { version: _, ...four } = { ...base, asked: 'discover', answer: 'offer', boot: 'load' }
  const data = { ...four, stage: 'firmware', arch: 'x64-efi' } as DhcpData
  const asks4: Told = { kind: 'dhcp', code: 'answered', data }
  t.notMatch(verdictsBeside([unmanaged], [asks4]), [router6], 'it boots over IPv4')
})

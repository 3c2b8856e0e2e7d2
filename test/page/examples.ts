import type { HostEvent } from '../../src/api/events.ts'
import type { Download, HostRow } from '../../src/api/hosts.ts'
import type { EventContent } from '../../src/boot/event.ts'
import type { DhcpData, PhoneHomeData } from '../../src/boot/event-data.ts'
import type { HostState, PhoneHomeEvent } from '../../src/boot/host-state.ts'
import type { Reason } from '../../src/boot/reason.ts'
import { textOf } from '../../src/boot/words/event.ts'
import { eventView } from '../../src/http/api/views.ts'

export const noon = Date.UTC(2026, 10, 20, 12)

/** An idle host of the API, with some of it otherwise. */
export function hostRow(change: Partial<HostRow> & { name: string }): HostRow {
  return {
    mac: '52:54:00:12:34:56',
    macs: ['52:54:00:12:34:56'],
    address: null,
    profile: 'debian',
    tags: [],
    state: 'idle',
    netboots: false,
    why: 'no install was asked',
    waiting: null,
    since: null,
    install: null,
    attempt: 0,
    percent: null,
    progressAt: null,
    message: null,
    lastSeen: null,
    arch: null,
    stage: null,
    download: null,
    power: null,
    console: null,
    ...change,
  }
}

/** Half of a file of 100 MB, at noon. */
export function halfDownload(change: Partial<Download> = {}): Download {
  return {
    name: 'initrd.gz',
    url: '/assets/initrd.gz',
    by: 'http',
    bytes: 50e6,
    size: 100e6,
    rate: 25e6,
    left: 2,
    startedAt: new Date(noon - 2000).toISOString(),
    at: new Date(noon).toISOString(),
    complete: false,
    ...change,
  }
}

/** Lines of a timeline: seconds after noon, and what happened. */
export function timeline(
  ...lines: readonly (readonly [at: number, event: EventContent])[]
): HostEvent[] {
  return lines.map(([at, event], n) => {
    const record = { id: n + 1, at: noon + at * 1000, lastAt: noon + at * 1000, count: 1 }
    return eventView({ ...record, host: 'node1', ...event, text: textOf(event) })
  })
}

/** A DISCOVER of a BIOS and its offer. */
export function asks(data: Partial<DhcpData> = {}): EventContent {
  const why: Reason = { code: 'host-state', host: 'node1', state: 'pending', why: wished }
  const dhcp = {
    mac: '52:54:00:12:34:56',
    asked: 'discover',
    answer: 'offer',
    proxy: false,
  } as const
  const said = { stage: 'firmware', arch: 'bios', address: '10.0.0.5', boot: 'load' } as const
  return {
    kind: 'dhcp',
    code: 'answered',
    data: { ...dhcp, ...said, file: 'undionly.kpxe', why, ...data },
  }
}

/** Comes into a state. */
export function enters(from: HostState, to: HostState, why: Reason): EventContent {
  return { kind: 'state', code: to, data: { from, to, why } }
}

const wished: Reason = { code: 'install-asked' }
const boots: Reason = { code: 'boots', title: 'node1 installs debian, attempt 1' }

function says(code: PhoneHomeEvent, more: Partial<PhoneHomeData> = {}): EventContent {
  return { kind: 'phone-home', code, data: { attempt: 1, ...more } }
}

function prints(line: string): EventContent {
  return { kind: 'output', code: 'line', data: { callback: 'deploy', line } }
}

/** The lines of the daemon for a host that is installed, from the wish on. */
export const installed = timeline(
  [0, enters('idle', 'pending', wished)],
  [60, asks()],
  [64, asks()],
  [65, { kind: 'tftp', code: 'done', data: { name: 'undionly.kpxe', size: 70_000, ms: 100 } }],
  [67, asks({ stage: 'ipxe', boot: 'chain' })],
  [68, enters('pending', 'booting', { code: 'script-delivered', attempt: 1, boot: 1, most: 3 })],
  [68, { kind: 'script', code: 'boot', data: { what: 'script', address: '10.0.0.5', why: boots } }],
  [69, { kind: 'asset', code: 'sent', data: { url: '/assets/linux', size: 8e6, ms: 900 } }],
  [90, says('ready')],
  [90, enters('booting', 'installing', { code: 'installer-ready', by: 'deploy' })],
  [95, prints('partitions')],
  [96, prints('formats')],
  [97, says('progress', { percent: 10, message: 'unpacks' })],
  [98, says('progress', { percent: 90, message: 'cleans up' })],
  [99, enters('installing', 'installed', { code: 'install-done' })],
)

const resting: Reason = {
  code: 'host-state',
  host: 'node1',
  state: 'installed',
  why: { code: 'install-done' },
}

/** The same machine at its next power-on. */
export const toDisk = timeline([200, asks({ boot: 'local', why: resting })]).map(event => ({
  ...event,
  id: 100,
}))

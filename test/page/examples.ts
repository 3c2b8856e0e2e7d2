import type { HostEvent } from '../../src/api/events.ts'
import type { Download, HostRow } from '../../src/api/hosts.ts'

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

/** Lines of a timeline: seconds after noon, kind, text. */
export function timeline(
  ...lines: readonly (readonly [at: number, kind: string, text: string, data?: unknown])[]
): HostEvent[] {
  return lines.map(([at, kind, text, data], n) => ({
    id: n + 1,
    at: new Date(noon + at * 1000).toISOString(),
    host: 'node1',
    kind,
    code: null,
    text,
    count: 1,
    ...(data !== undefined && { data }),
  }))
}

const asked = 'DHCP DISCOVER (firmware, bios) -> OFFER 10.0.0.5, '

/** The lines of the daemon for a host that is installed, from the wish on. */
export const installed = timeline(
  [0, 'state', 'idle -> pending: install asked, waiting for a network boot'],
  [60, 'dhcp', `${asked}loader undionly.kpxe: node1 is pending`],
  [64, 'dhcp', `${asked}loader undionly.kpxe: node1 is pending`],
  [65, 'tftp', 'TFTP: undionly.kpxe sent, 70 kB in 0.1 s'],
  [67, 'dhcp', 'DHCP DISCOVER (ipxe, bios) -> OFFER 10.0.0.5, its script: node1 is pending'],
  [68, 'state', 'pending -> booting: attempt 1: script delivered'],
  [68, 'script', 'script: node1 installs debian, attempt 1'],
  [69, 'asset', 'HTTP: linux sent, 8.0 MB', { url: '/assets/linux' }],
  [90, 'phone-home', 'ready'],
  [90, 'state', 'booting -> installing: the installer is ready'],
  [95, 'output', 'partitions'],
  [96, 'output', 'formats'],
  [97, 'phone-home', 'progress 10 %: unpacks'],
  [98, 'phone-home', 'progress 90 %: cleans up'],
  [99, 'state', 'installing -> installed: the install is done'],
)

/** The same machine at its next power-on. */
export const toDisk = timeline([
  200,
  'dhcp',
  `${asked}boot your disk: node1 is installed, so it boots its disk`,
]).map(event => ({ ...event, id: 100 }))

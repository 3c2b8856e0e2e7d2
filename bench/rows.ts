/** What a bench printed as JSON. */
export type Figures = Readonly<Record<string, unknown>>

/** A program of this folder that prints its figures, and how it is asked for one round of its own. */
export interface Bench {
  readonly name: string
  readonly args: readonly string[]
}

/** A line of the table: where its figure and, beside a peer, its ratio stand in what a bench printed. */
export interface Row {
  readonly what: string
  readonly bench: string
  readonly unit: string
  readonly figure: readonly string[]
  readonly ratio?: readonly string[]
  /** Whom the ratio is to. */
  readonly beside?: string
  /** Less is better. */
  readonly isCost?: boolean
}

export const benches: readonly Bench[] = [
  { name: 'tftp', args: ['3'] },
  { name: 'http', args: ['2'] },
  { name: 'scripts', args: [] },
  { name: 'dhcp', args: ['4', '1'] },
]

const tftp = (setting: string, what: string): Row => ({
  ...{ what: `TFTP, 1 MB: ${what}`, bench: 'tftp', unit: 'MB/s' },
  figure: ['settings', setting, 'MB/s', 'bootwright'],
  ratio: ['settings', setting, 'ratio'],
  beside: 'the better of dnsmasq and atftpd',
})

const http = (setting: string, key: '' | 'wrk ', client: string): Row => ({
  ...{ what: `HTTP, ${setting}, ${client}`, bench: 'http', unit: 'MB/s' },
  figure: ['settings', setting, `${key}MB/s`, 'bootwright'],
  ratio: ['settings', setting, `${key}ratio`],
  beside: 'nginx with sendfile',
})

const large = 'a client that takes 256 KB at a time'
const small = 'wrk, 8 KB at a time'
const sizes = ['64 MiB x1', '64 MiB x16', '64 MiB x128']

export const rows: readonly Row[] = [
  tftp('512 x1', 'blocks of 512, one client'),
  tftp('1468 x1', 'blocks of 1468, one client'),
  tftp('1468 x64', 'blocks of 1468, 64 clients'),
  tftp('window 16 x1', 'window 16, one client'),
  tftp('window 16 x64', 'window 16, 64 clients'),
  ...sizes.map(size => http(size, '', large)),
  ...sizes.map(size => http(size, 'wrk ', small)),
  {
    ...{ what: 'DHCP p99 while HTTP takes all CPUs', bench: 'http', unit: 'ms' },
    figure: ['milliseconds', 'busy', 'DHCP p99'],
  },
  {
    ...{ what: 'scripts that send to the disk, 10,000 hosts', bench: 'scripts', unit: '/s' },
    figure: ['local', 'perSecond'],
  },
  {
    ...{ what: 'scripts that install, 10,000 hosts', bench: 'scripts', unit: '/s' },
    figure: ['installers', 'perSecond'],
  },
  {
    ...{ what: 'DHCP exchanges at 1 % drops at most', bench: 'dhcp', unit: '/s' },
    figure: ['servers', '0', 'rate'],
    ratio: ['ratios', 'kea', 'rate'],
    beside: 'Kea',
  },
  {
    ...{ what: 'DHCP at 2,000 exchanges/s, p99', bench: 'dhcp', unit: 'ms', isCost: true },
    figure: ['servers', '0', 'p99'],
    ratio: ['ratios', 'kea', 'p99'],
    beside: 'Kea',
  },
]

/** The number that stands there; NaN where none does. */
export function figureAt(figures: Figures, path: readonly string[]): number {
  let value: unknown = figures
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key]
  return typeof value === 'number' ? value : Number.NaN
}

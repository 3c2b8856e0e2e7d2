import { given } from '../base/given.ts'
import type { DhcpOption } from '../boot/host.ts'
import { type Ipv4, ipv4ToBytes, parseIpv4 } from '../wire/address.ts'
import { textToBytes, u16ToBytes, u32ToBytes } from '../wire/dhcp-values.ts'
import { type Path, placesOf, type Report } from './check/mistake.ts'
import type { RawOption, RawOptions } from './schema/options.ts'

/** What the daemon must write, or must not write. */
const own: ReadonlySet<number> = new Set([
  1, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 77, 80, 82, 93, 94, 97, 118, 175,
])

/** What a network has a key for. A host or profile may say it better by number. */
const keys: Readonly<Record<number, string>> = {
  3: 'router',
  6: 'dns',
  15: 'domain',
  26: 'mtu',
  42: 'ntp',
  119: 'domainSearch',
  121: 'routes',
}

/** Firmware does not put longer values together. */
const mostOptionBytes = 255

/** What is wrong with the options that a network, profile or host writes. */
export function checkOptions(raw: RawOptions, path: Path, of: 'network' | 'host', report: Report) {
  for (const [code, option] of Object.entries(raw)) {
    const wrong = codeProblem(Number(code), of) ?? valueProblem(option)
    const at = [...path, code]
    if (wrong !== undefined) report(at, wrong, true, placesOf(at, ...types))
  }
}

/** The options in the order of their numbers. Of one with several types, the first counts. */
export function resolveOptions(raw: RawOptions): DhcpOption[] {
  return Object.entries(raw)
    .map(([code, option]) => ({
      code: Number(code),
      bytes: bytesOf(option),
      ...given('force', option.force || undefined),
    }))
    .sort((a, b) => a.code - b.code)
}

function codeProblem(code: number, of: 'network' | 'host'): string | undefined {
  if (own.has(code)) return 'is written by Bootwright itself'
  const key = of === 'network' ? keys[code] : undefined
  return key && `has a key of its own here; write \`${key}\``
}

const types = ['ip', 'text', 'u8', 'u16', 'u32', 'hex'] as const

function valueProblem(option: RawOption): string | undefined {
  const [first, ...others] = types.filter(type => option[type] !== undefined)
  if (first === undefined) return `needs one of ${types.join(', ')}`
  if (others.length > 0) return `has ${first} and ${others.join(' and ')}; it needs exactly one`
  return sizeProblem(bytesOf(option).length)
}

/** What is wrong with a value of so many bytes. */
export function sizeProblem(bytes: number): string | undefined {
  return bytes > mostOptionBytes
    ? `has ${bytes} bytes, and an option holds ${mostOptionBytes}`
    : undefined
}

function bytesOf({ ip, text, u8, u16, u32, hex }: RawOption): number[] {
  if (ip !== undefined) return addressesOf(ip).flatMap(address => [...ipv4ToBytes(address)])
  if (text !== undefined) return [...textToBytes(text)]
  if (u8 !== undefined) return [u8]
  if (u16 !== undefined) return [...u16ToBytes(u16)]
  if (u32 !== undefined) return [...u32ToBytes(u32)]
  return [...(hex ?? '').matchAll(/[0-9a-f]{2}/gi)].map(([pair]) => Number.parseInt(pair, 16))
}

function addressesOf(ip: string | readonly string[]): Ipv4[] {
  return [ip].flat().flatMap(text => parseIpv4(text) ?? [])
}

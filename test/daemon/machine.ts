import { randomInt } from 'node:crypto'
import { type Arch, typesOfArch } from '../../src/boot/arch.ts'
import type { Stage } from '../../src/boot/client.ts'
import { bootDiscover } from '../../src/explain/boot-discover.ts'
import { formatIpv4, ipv4ToBytes, type Mac } from '../../src/wire/address.ts'
import { messageType, option } from '../../src/wire/dhcp-codes.ts'
import type { DhcpPacket } from '../../src/wire/dhcp-packet.ts'
import { type DhcpWire, type HttpAnswer, http } from './client.ts'
import { type Daemon, until } from './daemon.ts'

export interface HostDetail {
  readonly host: {
    readonly state: string
    readonly since: string | null
    readonly install: string | null
    readonly attempt: number
    readonly profile: string | null
    readonly percent: number | null
    readonly why: string
  }
  readonly installs: readonly { readonly id: string; readonly outcome: string | null }[]
  readonly callbacks: readonly { readonly event: string; readonly state: string }[]
  readonly events: readonly TimelineEvent[]
}

export interface TimelineEvent {
  readonly id: number
  readonly host: string | null
  readonly kind: string
  readonly text: string
}

/** A machine of the test's LAN: what its firmware, iPXE and installer do. */
export interface Machine {
  readonly mac: string
  /** Its lease, or the server's own address before it has one. */
  address(): string
  /** The DISCOVER of its firmware or iPXE, not sent. */
  discover(stage?: Stage): DhcpPacket
  /** The REQUEST that takes an offer, not sent. */
  request(offer: DhcpPacket, stage?: Stage): DhcpPacket
  /** DISCOVER to ACK; what it says of booting is in the ACK. */
  lease(stage?: Stage): Promise<DhcpPacket>
  /** Asks for its script and remembers its phone-home URL. */
  script(): Promise<HttpAnswer>
  /** Fetches a URL that it was given. */
  fetch(url: string): Promise<HttpAnswer>
  phoneHome(event: string, more?: object): Promise<HttpAnswer>
  /** The token in its last script; empty before the first. */
  token(): string
}

/** A machine with this MAC, unless another arch is wanted a bios one, as most of the tests need no other. `at`: its lease. */
export function makeMachine(
  daemon: Daemon,
  wire: DhcpWire,
  mac: string,
  {
    arch = 'bios',
    server: to = '127.0.0.1',
    at = to,
  }: { arch?: Arch; server?: string; at?: string } = {},
): Machine {
  const { ports } = daemon
  let address = at
  let phoneHomeUrl = ''
  const path = (url: string) => new URL(url).pathname

  const packet = (stage: Stage, asked: keyof typeof messageType, options: Options): DhcpPacket => {
    const discover = bootDiscover({
      mac: mac as Mac,
      stage,
      arch,
      type: typesOfArch(arch, false)[0],
    })
    const type = [option.messageType, Uint8Array.of(messageType[asked])] as const
    return {
      ...discover,
      xid: randomInt(2 ** 32),
      options: new Map([...discover.options, type, ...options]),
    }
  }
  const machine: Machine = {
    mac,
    address: () => address,
    token: () => phoneHomeUrl.split('/').at(-1) ?? '',
    discover: (stage = 'firmware') => packet(stage, 'discover', []),
    request: (offer, stage = 'firmware') =>
      packet(stage, 'request', [
        [option.requestedAddress, ipv4ToBytes(offer.yiaddr)],
        [option.serverId, offer.options.get(option.serverId) ?? new Uint8Array()],
      ]),
    async lease(stage) {
      const offer = await wire.ask(machine.discover(stage))
      const ack = await wire.ask(machine.request(offer, stage))
      address = formatIpv4(ack.yiaddr)
      return ack
    },
    async script() {
      const hyphens = mac.replaceAll(':', '-')
      const answer = await http(ports.http, `/boot/${hyphens}/boot.ipxe`, { from: address, to })
      phoneHomeUrl = /bootwright=(\S+)/.exec(answer.text)?.[1] ?? phoneHomeUrl
      return answer
    },
    fetch: url => http(ports.http, path(url), { from: address, to }),
    phoneHome: (event, more = {}) =>
      http(ports.http, path(phoneHomeUrl), {
        method: 'POST',
        from: address,
        to,
        body: JSON.stringify({ event, ...more }),
      }),
  }
  return machine
}

type Options = readonly (readonly [code: number, value: Uint8Array])[]

/** What the API says of a host. */
export function show(daemon: Daemon, host: string): Promise<HostDetail> {
  return daemon.get<HostDetail>(`/hosts/${host}`)
}

/** The timeline of a host, also of one that is in the config no more. */
export async function timeline(daemon: Daemon, host: string): Promise<string[]> {
  const { events } = await daemon.get<{ events: TimelineEvent[] }>(
    `/events?host=${host}&limit=5000`,
  )
  return events.map(({ text }) => text)
}

/** Waits for a line in a host's timeline. */
export function untilTold(daemon: Daemon, host: string, line: RegExp): Promise<string> {
  return until(`${line} in the timeline of ${host}`, async () =>
    (await timeline(daemon, host)).find(text => line.test(text)),
  )
}

/** Asks for an install of a host. */
export async function ask(daemon: Daemon, host: string, more: object = {}): Promise<string> {
  const { results } = await daemon.post<{ results: { install: string | null; reason: string }[] }>(
    '/installs',
    { hosts: [host], ...more },
  )
  const [result] = results
  if (!result?.install) throw new Error(`not asked: ${result?.reason}`)
  return result.install
}

export const underWay = ['pending', 'booting', 'installing', 'verifying'] as const

/** Asks for an install and takes it as far as this state. */
export async function bringTo(
  state: (typeof underWay)[number],
  daemon: Daemon,
  host: string,
  machine: Machine,
): Promise<void> {
  const steps = {
    pending: () => ask(daemon, host),
    booting: async () => {
      await machine.lease()
      await machine.script()
    },
    installing: () => machine.phoneHome('ready'),
    verifying: () => machine.phoneHome('done'),
  }
  for (const step of underWay.slice(0, underWay.indexOf(state) + 1)) await steps[step]()
}

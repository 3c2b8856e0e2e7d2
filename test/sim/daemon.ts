import type { Clock } from '../../src/base/clock.ts'
import type { Log } from '../../src/base/log.ts'
import { type Delivered, deliver } from '../../src/boot/deliver.ts'
import type { PhoneHomeEvent } from '../../src/boot/host-state.ts'
import { ipxe } from '../../src/boot/loaders/ipxe.ts'
import type { Config } from '../../src/config/config.ts'
import { deskOptions } from '../../src/daemon/doors/dhcp-desk.ts'
import { takeUp } from '../../src/daemon/follow.ts'
import { attemptDeps } from '../../src/daemon/http-deps.ts'
import { type Made, makeParts } from '../../src/daemon/make-parts.ts'
import type { Outside } from '../../src/daemon/outside.ts'
import { startUpkeep } from '../../src/daemon/upkeep.ts'
import { createDhcpDesk } from '../../src/dhcp/desk.ts'
import type { Arrival } from '../../src/dhcp/network.ts'
import { createProber } from '../../src/dhcp/probe.ts'
import type { StoreEngine } from '../../src/store/memory.ts'
import type { Ipv4, Mac } from '../../src/wire/address.ts'
import type { Lan } from './lan.ts'
import type { Throws } from './throws.ts'
import type { Time } from './time.ts'

/** What a daemon has around it in the simulation. */
export interface Surroundings {
  readonly time: Time
  readonly roll: Throws
  readonly lan: Lan
  readonly config: Config
  readonly sendWebhook: Outside['sendWebhook']
  /** Each line that it logs. */
  trace(line: string): void
  /** It threw where nobody catches. */
  died(error: unknown): void
}

/** One run of the daemon, from its start until it is killed or closed. */
export interface SimDaemon {
  readonly made: Made
  isAlive(): boolean
  /** Nothing of it happens any more. */
  kill(): void
  close(): Promise<void>
  /** A datagram to port 67. */
  hear(
    bytes: Uint8Array,
    source: Ipv4,
    broadcast: boolean,
    reply: (bytes: Uint8Array) => void,
  ): void
  /** `GET /boot/MAC/boot.ipxe`. Rejects where the door would answer 500 or 503. */
  script(mac: Mac, address: Ipv4): Promise<Delivered>
  /** `POST /phone-home/TOKEN`: the status. */
  phoneHome(token: string, event: PhoneHomeEvent, address: Ipv4): Promise<number>
  /** `POST /installs`: the id. */
  ask(host: string): Promise<string | undefined>
  /** `DELETE` of what a host is asked for: whether it was taken back before its disk may have been touched. */
  cancel(host: string): Promise<'unbegun' | 'begun' | 'nothing'>
}

const server = 0x7f000001 as Ipv4
const caller = (address: Ipv4) => ({ address, localAddress: server })

/** Puts a daemon together as `startDaemon` does, but for its sockets. */
export async function startSimDaemon(
  around: Surroundings,
  open: (clock: Clock) => StoreEngine | Promise<StoreEngine>,
): Promise<SimDaemon> {
  let alive = true
  const isAlive = () => alive
  const died = (error: unknown) => {
    alive = false
    around.died(error)
  }
  const clock = around.time.clockOf({ isAlive, died })
  const made = await makeParts(around.config, logTo(around.trace), outsideOf(around, clock, open))
  takeUp(made)
  const nothing = async () => {}
  const endUpkeep = startUpkeep(made, {
    ...{ networks: nothing, waiting: nothing, disk: () => {}, checksums: nothing },
  })
  made.outbox.wake()
  made.starts.recover()
  return {
    ...{ made, isAlive },
    kill() {
      alive = false
    },
    async close() {
      endUpkeep()
      made.starts.stop()
      await Promise.all([made.outbox.close(), made.seek.close(), made.starts.ended()])
      await made.memory.committed().catch(() => {})
      made.closeWhereabouts()
      await made.memory.close()
      alive = false
    },
    ...doorsOf(made, around, isAlive),
  }
}

/** What comes in: the desks of the daemon itself, without sockets before them. */
function doorsOf(
  made: Made,
  { lan }: Surroundings,
  isAlive: () => boolean,
): Pick<SimDaemon, 'hear' | 'script' | 'phoneHome' | 'ask' | 'cancel'> {
  const { memory, lives, world, answers, now } = made
  const committed = memory.committed
  const prober = createProber({
    poke: () => {},
    neighbours: lan.macsAt,
    isSure: async () => true,
    wasGivenBack: address => memory.leases.byAddress(address)?.state === 'released',
    wait: made.clock.sleep,
    now,
  })
  const desk = createDhcpDesk({ ...deskOptions(made, () => []), ...prober })
  const attempts = attemptDeps(made)
  return {
    hear(bytes, source, broadcast, reply) {
      if (!isAlive()) return
      const [network] = world.networks4()
      const arrival: Arrival = {
        ...{ port: 'dhcp' as const, broadcast, serverPort: 67 },
        source: { address: source, port: 68 },
        ...(network && { network }),
      }
      desk.receive(bytes, arrival, (_outcome, said) => reply(said))
    },
    async script(mac, address) {
      const request = { mac, caller: caller(address), what: 'script', loader: ipxe }
      const delivered = await deliver(request, answers)
      await committed()
      return delivered
    },
    async phoneHome(token, event, address) {
      const refused = attempts.refusal(token)
      if (refused) return refused.status
      const { status } = attempts.hear(token, { event }, caller(address))
      await committed()
      return status
    },
    async ask(name) {
      const host = world.config().hosts.get(name)
      const asked = host && lives.ask(host, {}, true)
      await committed()
      return asked?.ok ? asked.install : undefined
    },
    async cancel(name) {
      const cancelled = lives.cancel(name)
      await committed()
      if (!cancelled.ok) return 'nothing'
      return cancelled.warning ? 'begun' : 'unbegun'
    },
  }
}

function outsideOf(
  { roll, lan, sendWebhook }: Surroundings,
  clock: Clock,
  open: (clock: Clock) => StoreEngine | Promise<StoreEngine>,
): Outside {
  const random = () => roll(2 ** 32).toString(36)
  const none = { macsOf: () => [], addressesOf: () => [], refresh: () => {} }
  return {
    clock,
    // Nobody is told who is no more.
    sendWebhook: (...asked) =>
      new Promise(resolve => {
        void sendWebhook(...asked).then(end => clock.soon(resolve, end))
      }),
    openEngine: async () => open(clock),
    newId: now => `${now.toString(36)}-${random()}`,
    newToken: () => `token-${random()}-${random()}`,
    senses: () => ({
      neighbours: {
        ...{ macsOf: (address: Ipv4) => lan.macsAt(address), addressesOf: lan.addressesOf },
        refresh: () => {},
      },
      ...{ neighbours6: none, poke: () => {}, usesArp: () => true, wait: clock.sleep },
      close: () => {},
    }),
  }
}

function logTo(trace: (line: string) => void): Log {
  const write = (level: string) => (fields: object | string, text?: string) => {
    const { err } = fields as { err?: unknown }
    trace(`${level} ${text ?? fields}${err === undefined ? '' : ` ${err}`}`)
  }
  const debug = () => {}
  const [info, warn, error, fatal] = ['info', 'warn', 'error', 'fatal'].map(write)
  return { debug, info, warn, error, fatal } as Log
}

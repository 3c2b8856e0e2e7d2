import { type Arch, typesOfArch } from '../boot/arch.ts'
import type { Stage } from '../boot/client.ts'
import type { Network } from '../boot/host.ts'
import { ipxe } from '../boot/loaders/ipxe.ts'
import { because } from '../boot/words/reason.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { type Ipv4, type Mac, unspecified } from '../wire/address.ts'
import type { World } from '../world/world.ts'
import { bootDiscover, requestOf } from './boot-discover.ts'
import { fileShown, type Shown, shownDhcp } from './question.ts'
import type { Rehearsal } from './rehearsal.ts'

/** A client that is about to boot. */
export interface Booter {
  readonly mac: Mac
  readonly arch: Arch
  readonly network: Network
}

/** What one question of it is answered. */
export async function answerAt(
  stage: Stage,
  booter: Booter,
  rehearsal: Rehearsal,
  world: World,
): Promise<Shown[]> {
  if (stage === 'script') return scriptOf(booter, rehearsal, world)
  return [shownDhcp(discover(stage, booter, rehearsal).outcome, 67)]
}

/** Every answer of a whole boot, from the firmware's first packet to the answer files. */
export async function walk(
  first: 'firmware' | 'http-firmware',
  booter: Booter,
  rehearsal: Rehearsal,
  world: World,
): Promise<Shown[]> {
  const firmware = exchange(first, booter, rehearsal)
  const { answer } = firmware.at(-1)?.outcome ?? {}
  const loader = answer?.kind === 'load' ? [await loaderOf(answer.file, rehearsal)] : []
  if (answer?.kind === 'image') return firmware.map(({ outcome, port }) => shownDhcp(outcome, port))
  const { mac, arch, network } = booter
  // iPXE asks by DHCP once more.
  const isIpxe = rehearsal.loaderOf(mac, arch, network).kind === ipxe
  const again = isIpxe ? exchange('ipxe', booter, rehearsal) : []
  const shown = (steps: readonly PacketAnswer[]) =>
    steps.map(({ outcome, port }) => shownDhcp(outcome, port))
  const script = await scriptOf(booter, rehearsal, world)
  return [...shown(firmware), ...loader, ...shown(again), ...script]
}

interface PacketAnswer {
  readonly outcome: Outcome
  readonly port: number
}

/** DISCOVER and, where there is an offer to take, REQUEST. */
function exchange(
  stage: 'firmware' | 'http-firmware' | 'ipxe',
  booter: Booter,
  rehearsal: Rehearsal,
): PacketAnswer[] {
  const { packet, outcome } = discover(stage, booter, rehearsal)
  const offered: PacketAnswer = { outcome, port: 67 }
  if (outcome.kind === 'none') return [offered]
  const gives = outcome.reply.yiaddr !== unspecified
  // Beside another DHCP server a boot file that was not in the offer is asked for on port 4011.
  const asksProxy = !gives && outcome.answer?.kind === 'load' && outcome.answer.binl === true
  if (!gives && !asksProxy) return [offered]
  const request = requestOf(packet, outcome.reply)
  const port = asksProxy ? 'proxy' : 'dhcp'
  const taken = rehearsal.dhcp(request, arrivalOf(booter.network, port))
  return [offered, { outcome: taken, port: asksProxy ? 4011 : 67 }]
}

function discover(
  stage: Exclude<Stage, 'script'>,
  { mac, arch, network }: Booter,
  rehearsal: Rehearsal,
) {
  const type = typesOfArch(arch, stage === 'http-firmware')[0]
  const packet = bootDiscover({ mac, stage, arch, type })
  return { packet, outcome: rehearsal.dhcp(packet, arrivalOf(network, 'dhcp')) }
}

/** As it comes from the network's own link. */
function arrivalOf(network: Network, port: 'dhcp' | 'proxy') {
  const address = port === 'dhcp' ? unspecified : ((network.subnet.base + 2) as Ipv4)
  return {
    network,
    broadcast: port === 'dhcp',
    port,
    source: { address, port: 68 },
    serverPort: 67,
  }
}

async function loaderOf(file: string, rehearsal: Rehearsal): Promise<Shown> {
  const found = await rehearsal.tftp(file)
  return fileShown('loader', file, found)
}

async function scriptOf(
  { mac, arch, network }: Booter,
  rehearsal: Rehearsal,
  world: World,
): Promise<Shown[]> {
  const loader = rehearsal.loaderOf(mac, arch, network)
  const { why, text, files } = await rehearsal.script(mac, network, loader, arch)
  const status = text === undefined ? 404 : 200
  const host = world.hostOf(mac)?.name ?? null
  const script: Shown = { door: 'script', host, status, ...because(why), text: text ?? '404\n' }
  return [
    script,
    ...Object.entries(files).map(([name, text]) => ({ door: 'file', name, text }) as const),
  ]
}

import type { Stage } from '../boot/client.ts'
import { ipxe } from '../boot/loaders/ipxe.ts'
import { because } from '../boot/words/reason.ts'
import type { World } from '../world/world.ts'
import { type AskingStage, type Booter, type Exchanged, exchange4 } from './exchange.ts'
import { exchange6 } from './exchange6.ts'
import { fileShown, type Shown } from './question.ts'
import type { Rehearsal } from './rehearsal.ts'

/** What one question of it is answered. */
export async function answerAt(
  stage: Stage,
  booter: Booter,
  rehearsal: Rehearsal,
  world: World,
): Promise<Shown[]> {
  if (stage === 'script') return scriptOf(booter, rehearsal, world)
  return shownOf(exchange(stage, booter, rehearsal).slice(0, 1))
}

/** Every answer of a whole boot, from the firmware's first packet to the answer files. */
export async function walk(
  first: 'firmware' | 'http-firmware',
  booter: Booter,
  rehearsal: Rehearsal,
  world: World,
): Promise<Shown[]> {
  const firmware = exchange(first, booter, rehearsal)
  const answer = firmware.at(-1)?.answer
  const loader = answer?.kind === 'load' ? [await loaderOf(answer.file, rehearsal)] : []
  if (answer?.kind === 'image') return shownOf(firmware)
  const { mac, arch, network } = booter
  // iPXE asks by DHCP once more.
  const isIpxe = rehearsal.loaderOf(mac, arch, network).kind === ipxe
  const again = isIpxe ? exchange('ipxe', booter, rehearsal) : []
  const script = await scriptOf(booter, rehearsal, world)
  return [...shownOf(firmware), ...loader, ...shownOf(again), ...script]
}

function exchange(stage: AskingStage, booter: Booter, rehearsal: Rehearsal): Exchanged[] {
  return (booter.overIpv6 ? exchange6 : exchange4)(stage, booter, rehearsal)
}

function shownOf(exchanged: readonly Exchanged[]): Shown[] {
  return exchanged.map(({ shown }) => shown)
}

async function loaderOf(file: string, rehearsal: Rehearsal): Promise<Shown> {
  const found = await rehearsal.tftp(file)
  return fileShown('loader', file, found)
}

async function scriptOf(
  { mac, arch, network, overIpv6 }: Booter,
  rehearsal: Rehearsal,
  world: World,
): Promise<Shown[]> {
  const loader = rehearsal.loaderOf(mac, arch, network)
  const { why, text, files } = await rehearsal.script(mac, network, loader, arch, overIpv6)
  const status = text === undefined ? 404 : 200
  const host = world.hostOf(mac)?.name ?? null
  const script: Shown = { door: 'script', host, status, ...because(why), text: text ?? '404\n' }
  return [
    script,
    ...Object.entries(files).map(([name, text]) => ({ door: 'file', name, text }) as const),
  ]
}

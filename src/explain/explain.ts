import { readFileSync } from 'node:fs'
import { given } from '../base/given.ts'
import { archs } from '../boot/arch.ts'
import { bootSettingsOf } from '../boot/boot-settings.ts'
import { stages } from '../boot/client.ts'
import type { ForeignFacts } from '../boot/foreign/row.ts'
import { foreignKinds } from '../boot/foreign/server.ts'
import { foreignLines, leftOutOf } from '../boot/foreign.ts'
import type { Network } from '../boot/host.ts'
import { type HostState, hostStates } from '../boot/host-state.ts'
import { hasIpv4, hasIpv6 } from '../boot/network-address.ts'
import type { Values } from '../cli/args.ts'
import type { Config } from '../config/config.ts'
import { parseMac } from '../wire/address.ts'
import { WireError } from '../wire/error.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import { createWorld, type World } from '../world/world.ts'
import { answerText, type Shown } from './question.ts'
import { createRehearsal, type Rehearsal } from './rehearsal.ts'
import { type Replay, replay } from './replay.ts'
import { answerAt, walk } from './walk.ts'

/** The text of an explanation, with what stands beside it, or the sentence that says what is wrong with the question. */
export type Explained =
  | { readonly text: string; readonly warnings?: readonly string[] }
  | { readonly wrong: string }

/** Answers as a daemon with this config would, without sending anything. */
export async function explain(values: Values, config: Config): Promise<Explained> {
  const world = createWorld(config)
  try {
    const state = oneOf('state', hostStates, values) ?? 'idle'
    const rehearsal = createRehearsal(world, state)
    const network = networkOf(values, rehearsal)
    const server = oneOf('dhcp', foreignKinds, values)
    if (server) {
      const facts = foreignFacts(addressFor(values, network), network, world)
      const warnings = [...leftOutOf(server, facts), ...world.missingLoaders()]
      return { text: foreignLines(server, facts), warnings }
    }
    const file = values.text('pcap')
    if (file === undefined) {
      const shown = await answers(values, network, rehearsal, world)
      return { text: write(shown, [], state, values, rehearsal, world) }
    }
    const found = await replay(read(file), rehearsal, world, values.text('network'))
    return { text: write(found.answers, cutLines(found), state, values, rehearsal, world) }
  } catch (error) {
    if (error instanceof ExplainError) return { wrong: error.message }
    if (error instanceof WireError) return { wrong: `${values.text('pcap')}: ${error.message}` }
    throw error
  }
}

/** What ends an explanation: a question that cannot be answered. */
class ExplainError extends Error {}

async function answers(
  values: Values,
  network: Network,
  rehearsal: Rehearsal,
  world: World,
): Promise<Shown[]> {
  const mac = parseMac(values.text('mac') ?? '')
  if (!mac) throw new ExplainError('explain needs --mac, such as 52:54:00:12:34:56')
  const overIpv6 = typeof addressFor(values, network) === 'string'
  // No BIOS asks over IPv6.
  const arch = oneOf('arch', archs, values) ?? (overIpv6 ? 'x64-efi' : 'bios')
  const stage = oneOf('stage', stages, values) ?? 'firmware'
  const booter = { mac, arch, network, overIpv6 }
  if (!values.has('whole')) return answerAt(stage, booter, rehearsal, world)
  return walk(stage === 'http-firmware' ? stage : 'firmware', booter, rehearsal, world)
}

function write(
  shown: readonly Shown[],
  cut: readonly string[],
  state: HostState,
  values: Values,
  { assumed, lost }: Rehearsal,
  world: World,
): string {
  const warnings = [...cut, ...assumed, ...lost, ...world.missingLoaders()]
  if (values.has('json')) return `${JSON.stringify({ warnings, answers: shown }, null, 2)}\n`
  const parts = shown.map(one => timeOf(one) + answerText(one, state))
  if (parts.length === 0 && cut.length === 0) parts.push('no DHCP or TFTP request in it\n')
  return [...warnings.map(line => `warning: ${line}\n`), ...parts].join('\n')
}

function cutLines({ cut, kept }: Replay): string[] {
  if (cut === 0) return []
  const packets = cut === 1 ? 'a packet is' : `${cut} packets are`
  return [
    `${packets} cut to ${kept} bytes by the capture and not answered: capture with tcpdump -s 0`,
  ]
}

function timeOf(shown: Shown): string {
  return 'at' in shown ? `${shown.at}\n` : ''
}

/** The value of an option that has few, as its type: what is none of them was refused before. */
function oneOf<T extends string>(name: string, all: readonly T[], values: Values): T | undefined {
  const value = values.text(name)
  return all.find(known => known === value)
}

function networkOf(values: Values, { networks }: Rehearsal): Network {
  const name = values.text('network')
  const found = networks.find(network => name === undefined || network.name === name)
  if (found) return found
  const names = networks.map(network => network.name).join(', ')
  throw new ExplainError(`there is no network ${name}; the config has ${names}`)
}

/** Ours, in the family that is asked by: IPv4 where nothing says otherwise. */
function addressFor(values: Values, network: Network): IpAddress {
  if (!values.has('ipv6') && hasIpv4(network)) return network.serverAddress
  if (hasIpv6(network)) return network.ipv6.serverAddress
  throw new ExplainError(`network ${network.name} has no IPv6: it needs a mode6`)
}

function foreignFacts(serverAddress: IpAddress, network: Network, world: World): ForeignFacts {
  return {
    serverAddress,
    httpPort: world.config().http.port,
    site: world.site(network),
    cards: [...world.config().hosts.values()].flatMap(host =>
      host.nics.map(({ mac }) => ({
        mac,
        settings: bootSettingsOf(host),
        ...given('arch', host.arch),
      })),
    ),
  }
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new ExplainError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

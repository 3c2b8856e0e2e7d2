import { attempt } from '../test/lab/command.ts'
import type { Cable } from './cable.ts'

/** How a server stood a rate of 4-way exchanges (DISCOVER, OFFER, REQUEST, ACK, or their like of DHCPv6). */
export interface Stood {
  /** Exchanges a second that came to their end. */
  readonly rate: number
  /** The share of those begun that did not. */
  readonly drops: number
  /** From a packet to its answer, in milliseconds. */
  readonly mean: number
  readonly max: number
  /** Only where it was asked for: perfdhcp then keeps every packet. */
  readonly p99?: number
}

export interface Load {
  /** Exchanges to begin in each second. */
  readonly rate: number
  readonly seconds: number
  /** Every exchange is another client's, up to so many. */
  readonly clients: number
  /** The first client's MAC. */
  readonly mac?: string
  readonly percentile?: boolean
  readonly family?: Family
}

/** Of DHCP. */
export type Family = 4 | 6

/**
 * perfdhcp (Debian package `kea-admin`) as a relay at the other end of the cable. What has no answer after a
 * second is lost.
 */
export async function perfdhcp(cable: Cable, load: Load): Promise<Stood> {
  const { rate, seconds, clients, mac = '00:0c:01:00:00:00', percentile = false } = load
  const what = [...as(load.family ?? 4, cable), '-R', clients, '-r', rate, '-p', seconds]
  const how = ['-b', `mac=${mac}`, '-W', 1_000_000, ...(percentile ? ['-x', 't'] : [])]
  const { client, server } = cable
  const whom = load.family === 6 ? 'all' : server.address
  const command = ['perfdhcp', ...what, ...how, whom].map(String)
  const { code, stdout, stderr } = await attempt(client.inside(command))
  // 3: some exchanges were not completed.
  if (code !== 0 && code !== 3) throw new Error(`perfdhcp ended with ${code}: ${stderr}${stdout}`)
  return { ...read(stdout, seconds), ...(percentile ? { p99: percentileOf(stdout) } : {}) }
}

/** Its packets carry its own address as giaddr, or are inside those of a relay. */
function as(family: Family, { client }: Cable): readonly string[] {
  return family === 4 ? ['-4', '-l', client.address] : ['-6', '-A', '1', '-l', client.device]
}

function read(report: string, seconds: number): Stood {
  const figures = (name: string) =>
    [...report.matchAll(new RegExp(`^${name}: (\\d+(?:\\.\\d+)?)`, 'gm'))].map(([, n]) => Number(n))
  const [begun = 0] = figures('sent packets')
  const [offers = 0, acks = 0] = figures('received packets')
  const [offered = 0, acknowledged = 0] = figures('avg delay')
  const answers = offers + acks
  return {
    rate: acks / seconds,
    drops: begun === 0 ? 1 : 1 - acks / begun,
    mean: answers === 0 ? Number.NaN : (offered * offers + acknowledged * acks) / answers,
    max: Math.max(...figures('max delay')),
  }
}

function percentileOf(report: string): number {
  const lines = report.matchAll(/^sent \/ received: (\d+\.\d+) \/ (\d+\.\d+)/gm)
  const delays = [...lines].map(([, sent, received]) => Number(received) - Number(sent))
  delays.sort((a, b) => a - b)
  return (delays[Math.ceil(delays.length * 0.99) - 1] ?? Number.NaN) * 1000
}

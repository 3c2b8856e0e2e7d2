import type { HostEvent } from '../../api/events.ts'
import { contentOfLine } from './read-event.ts'
import { boot, chaptersOf, isPowerOn } from './story.ts'

/** A place that an install passes. */
export interface Stop {
  readonly name: string
  readonly at: string | undefined
  readonly state: 'passed' | 'awaited' | 'ahead' | 'stopped'
}

export type Way = readonly [name: string, passed: (event: HostEvent) => boolean]

/** Every boot begins like this. */
const first: readonly Way[] = [
  ['Firmware', isPowerOn],
  ['Offer', event => isPowerOn(event) && event.code === 'answered'],
]
const byNetwork: readonly Way[] = [
  ['Loader', event => isLoader(event)],
  ['iPXE', isIpxe],
  ['Script', event => event.kind === 'script' && event.code !== 'failed'],
]
const toInstall: readonly Way[] = [
  ['Kernel', event => isSent(event) && !isLoader(event)],
  ['Installer', event => event.kind === 'file' || isSign(event)],
  ['Installed', event => entered(event, ['verifying', 'installed'])],
]
const toDisk: readonly Way[] = [['Disk', isSentToDisk]]

/**
 * How far the latest boot has come. A stop that nothing was seen of although a later one was passed
 * counts as passed: not every machine passes all of them.
 * The events are oldest first; without a boot there are no stops.
 */
export function journeyOf(events: readonly HostEvent[]): Stop[] {
  const chapter = chaptersOf(events).findLast(({ title }) => title === boot)
  if (!chapter) return []
  const told = events.filter(({ id }) => id >= chapter.id)
  const seen = waysOf(told).map(([name, passed]) => ({ name, at: told.find(passed)?.at }))
  const last = seen.findLastIndex(({ at }) => at !== undefined)
  const over = told.some(event => entered(event, ['failed', 'idle', 'pending']))
  return seen.map((stop, n) => ({ ...stop, state: stateAt(n - last, over) }))
}

/** The stops of a boot from the network to an installer, or of one that is sent to its disk. */
function waysOf(told: readonly HostEvent[]) {
  if (!told.some(isSentToDisk)) return [...first, ...byNetwork, ...toInstall]
  const seen = byNetwork.filter(([, passed]) => told.some(passed))
  return [...first, ...seen, ...toDisk]
}

/** `ahead`: how many stops after the last that was passed. */
function stateAt(ahead: number, over: boolean) {
  if (ahead <= 0) return 'passed'
  if (over) return ahead === 1 ? 'stopped' : 'ahead'
  return ahead === 1 ? 'awaited' : 'ahead'
}

/** Came into one of these states. */
function entered({ kind, code }: HostEvent, states: readonly string[]) {
  return kind === 'state' && code !== null && states.includes(code)
}

function isIpxe(event: HostEvent) {
  const content = contentOfLine(event)
  return content?.kind === 'dhcp' && content.code !== 'foreign' && content.data.stage === 'ipxe'
}

function isSent({ kind, code }: HostEvent) {
  return (kind === 'asset' && code === 'sent') || (kind === 'tftp' && code === 'done')
}

/** Firmware has it by TFTP, HTTP boot from a folder of its own. */
function isLoader(event: HostEvent) {
  const content = contentOfLine(event)
  if (!isSent(event)) return false
  return content?.kind === 'asset' ? content.data.url.startsWith('/loaders/') : true
}

function isSign({ kind, code }: HostEvent) {
  return kind === 'phone-home' && code !== 'up'
}

function isSentToDisk(event: HostEvent) {
  const content = contentOfLine(event)
  if (content?.kind === 'script') return content.code === 'local'
  return content?.kind === 'dhcp' && content.code === 'answered' && content.data.boot === 'local'
}

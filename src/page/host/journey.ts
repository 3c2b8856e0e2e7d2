import type { HostEvent } from '../../api/events.ts'
import { readDhcp } from './read-event.ts'
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
  ['Offer', event => isPowerOn(event) && readDhcp(event.text)?.answer !== undefined],
]
const byNetwork: readonly Way[] = [
  ['Loader', event => isLoader(event)],
  ['iPXE', event => event.kind === 'dhcp' && readDhcp(event.text)?.stage === 'ipxe'],
  ['Script', event => event.kind === 'script' && !event.text.startsWith('no script')],
]
const toInstall: readonly Way[] = [
  ['Kernel', event => isSent(event) && !isLoader(event)],
  ['Installer', event => event.kind === 'file' || isSign(event)],
  ['Installed', event => event.kind === 'state' && /-> (verifying|installed):/.test(event.text)],
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
  const over = told.some(
    ({ kind, text }) => kind === 'state' && /-> (failed|idle|pending):/.test(text),
  )
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

function isSent({ kind, text }: HostEvent) {
  return (kind === 'asset' || kind === 'tftp') && / sent, /.test(text)
}

/** Firmware has it by TFTP, HTTP boot from a folder of its own. */
function isLoader(event: HostEvent) {
  if (event.kind === 'tftp') return isSent(event)
  return isSent(event) && /"\/loaders\//.test(JSON.stringify(event.data ?? null))
}

function isSign({ kind, text }: HostEvent) {
  return kind === 'phone-home' && !text.startsWith('up')
}

function isSentToDisk({ kind, text }: HostEvent) {
  if (kind === 'script') return /: boot your disk/.test(text)
  return kind === 'dhcp' && /, boot your disk/.test(text)
}

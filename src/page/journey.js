/** @import { HostEvent } from '../api/events.ts' */
/** @import { Stop } from './types.ts' */
import { readDhcp } from './read-event.js'
import { boot, isPowerOn, tell } from './story.js'

/** @typedef {readonly [name: string, passed: (event: HostEvent) => boolean]} Way */

/** Every boot begins like this. @type {readonly Way[]} */
const first = [
  ['Firmware', isPowerOn],
  ['Offer', event => isPowerOn(event) && readDhcp(event.text)?.answer !== undefined],
]
/** @type {readonly Way[]} */
const byNetwork = [
  ['Loader', event => isLoader(event)],
  ['iPXE', event => event.kind === 'dhcp' && readDhcp(event.text)?.stage === 'ipxe'],
  ['Script', event => event.kind === 'script' && !event.text.startsWith('no script')],
]
/** @type {readonly Way[]} */
const toInstall = [
  ['Kernel', event => isSent(event) && !isLoader(event)],
  ['Installer', event => event.kind === 'file' || isSign(event)],
  ['Installed', event => event.kind === 'state' && /-> (verifying|installed):/.test(event.text)],
]
/** @type {readonly Way[]} */
const toDisk = [['Disk', isSentToDisk]]

/**
 * How far the latest boot has come. A stop that nothing was seen of although a later one was passed
 * counts as passed: not every machine passes all of them.
 * @param {readonly HostEvent[]} events oldest first
 * @returns {Stop[]} empty where it never booted
 */
export function journeyOf(events) {
  const chapter = tell(events).findLast(({ title }) => title === boot)
  if (!chapter) return []
  const told = events.filter(({ id }) => id >= chapter.id)
  const seen = waysOf(told).map(([name, passed]) => ({ name, at: told.find(passed)?.at }))
  const last = seen.findLastIndex(({ at }) => at !== undefined)
  const over = told.some(
    ({ kind, text }) => kind === 'state' && /-> (failed|idle|pending):/.test(text),
  )
  return seen.map((stop, n) => ({ ...stop, state: stateAt(n - last, over) }))
}

/**
 * The stops of a boot from the network to an installer, or of one that is sent to its disk.
 * @param {readonly HostEvent[]} told
 */
function waysOf(told) {
  if (!told.some(isSentToDisk)) return [...first, ...byNetwork, ...toInstall]
  const seen = byNetwork.filter(([, passed]) => told.some(passed))
  return [...first, ...seen, ...toDisk]
}

/** @param {number} ahead how many stops after the last that was passed @param {boolean} over */
function stateAt(ahead, over) {
  if (ahead <= 0) return 'passed'
  if (over) return ahead === 1 ? 'stopped' : 'ahead'
  return ahead === 1 ? 'awaited' : 'ahead'
}

/** @param {HostEvent} event */
function isSent({ kind, text }) {
  return (kind === 'asset' || kind === 'tftp') && / sent, /.test(text)
}

/**
 * Firmware has it by TFTP, HTTP boot from a folder of its own.
 * @param {HostEvent} event
 */
function isLoader(event) {
  if (event.kind === 'tftp') return isSent(event)
  return isSent(event) && /"\/loaders\//.test(JSON.stringify(event.data ?? null))
}

/** @param {HostEvent} event */
function isSign({ kind, text }) {
  return kind === 'phone-home' && !text.startsWith('up')
}

/** @param {HostEvent} event */
function isSentToDisk({ kind, text }) {
  if (kind === 'script') return /: boot your disk/.test(text)
  return kind === 'dhcp' && /, boot your disk/.test(text)
}

/** @import { HostRow } from '../api/hosts.ts' */
import { isUnderWay } from './states.js'
import { amount, duration, rate } from './words.js'

/** A download that stands still for longer says nothing about now. */
const staleMs = 20_000
/** Below this an estimate is a guess. */
const leastPercent = 3

/**
 * What is running for a host: how far it is (0 to 1), what it is, and the numbers beside the bar.
 * @param {HostRow} host
 * @param {number} now epoch milliseconds
 * @returns {{ part: number, what: string, numbers: string } | undefined}
 */
export function progressOf(host, now) {
  const { download, percent } = host
  const running = download && !download.complete && now - Date.parse(download.at) < staleMs
  if (running && (host.state !== 'installing' || percent === null)) {
    const left = download.left === null ? undefined : `${duration(download.left * 1000)} left`
    const sent = `${amount(download.bytes)} of ${amount(download.size)}`
    return {
      part: download.size === 0 ? 0 : download.bytes / download.size,
      what: download.name,
      numbers: [sent, rate(download.rate), left].filter(Boolean).join(' · '),
    }
  }
  if (percent === null || !isUnderWay(host)) return undefined
  const numbers = [`${percent} %`, leftOf(host, percent, now)].filter(Boolean).join(' · ')
  return { part: percent / 100, what: host.message ?? 'installing', numbers }
}

/**
 * At the pace so far.
 * @param {HostRow} host @param {number} percent @param {number} now
 */
function leftOf(host, percent, now) {
  const spent = now - Date.parse(host.since ?? '')
  if (percent < leastPercent || percent >= 100 || !(spent > 0)) return undefined
  return `about ${duration((spent / percent) * (100 - percent))} left`
}

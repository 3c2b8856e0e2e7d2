import type { HostRow } from '../../api/hosts.ts'
import { amount } from '../../base/amount.ts'
import { isUnderWay } from './states.ts'
import { howLong, rate } from './words.ts'

/** A download that stands still for longer says nothing about now. */
const staleMs = 20_000
/** An installer that says nothing for so long may have stopped. */
const silentMs = 5 * 60_000
/** Below this an estimate is a guess. */
const leastPercent = 3

/**
 * What is running for a host: how far it is (0 to 1), what it is, and the numbers beside the bar.
 * `now` is epoch milliseconds.
 */
export function progressOf(
  host: HostRow,
  now: number,
): { fraction: number; what: string; numbers: string } | undefined {
  const { download, percent } = host
  const running = download && !download.complete && now - Date.parse(download.at) < staleMs
  if (running && (host.state !== 'installing' || percent === null)) {
    const left = download.left === null ? undefined : `${howLong(download.left * 1000)} left`
    const sent = `${amount(download.bytes)} of ${amount(download.size)}`
    return {
      fraction: download.size === 0 ? 0 : download.bytes / download.size,
      what: download.name,
      numbers: [sent, rate(download.rate), left].filter(Boolean).join(' · '),
    }
  }
  if (percent === null || !isUnderWay(host)) return undefined
  const numbers = [`${percent} %`, leftOf(host, percent, now)].filter(Boolean).join(' · ')
  return { fraction: percent / 100, what: host.message ?? 'installing', numbers }
}

/**
 * What is left at the pace of its last word, which passes while nothing new is heard; after a while the
 * silence is what there is to say.
 */
function leftOf({ since, progressAt }: HostRow, percent: number, now: number) {
  if (progressAt === null) return undefined
  const silence = now - Date.parse(progressAt)
  if (silence >= silentMs) return `no news for ${howLong(Math.floor(silence / 60_000) * 60_000)}`
  const spent = Date.parse(progressAt) - Date.parse(since ?? '')
  if (percent < leastPercent || percent >= 100 || !(spent > 0)) return undefined
  const left = (spent / percent) * (100 - percent) - silence
  return left > 0 ? `about ${howLong(left)} left` : undefined
}

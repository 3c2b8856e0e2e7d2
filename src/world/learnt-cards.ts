import { createFinder, isFindable, withCards } from '../boot/found-by.ts'
import type { Config } from '../config/config.ts'
import type { Mac } from '../wire/address.ts'

/** The config with what was learnt of hosts that it does not say the MACs of. */
export function createLearntCards(first: Config) {
  let written = first
  let cards: ReadonlyMap<Mac, string> = new Map()
  let config = first
  let find = createFinder(first.hosts.values())

  const take = (next: Config): void => {
    written = next
    config = withLearntCards(next, cards)
    find = createFinder(config.hosts.values())
  }

  return {
    config: () => config,
    take,
    /** Each card with its host, in the order of hearing. */
    learn(learnt: ReadonlyMap<Mac, string>): void {
      cards = learnt
      take(written)
    },
    finding: (...asked: Parameters<typeof find>) => find(...asked),
  }
}

/** The config with the cards of hosts that are found otherwise. A MAC of the config stays whose it is. */
function withLearntCards(config: Config, cards: ReadonlyMap<Mac, string>): Config {
  if (cards.size === 0) return config
  const [hosts, hostByMac] = [new Map(config.hosts), new Map(config.hostByMac)]
  const learnt = [...cards].filter(([mac]) => !config.hostByMac.has(mac))
  for (const [name, own] of Map.groupBy(learnt, ([, name]) => name)) {
    const host = config.hosts.get(name)
    if (!host || !isFindable(host)) continue
    const macs = own.map(([mac]) => mac)
    const whole = withCards(host, macs)
    hosts.set(name, whole)
    for (const mac of macs) hostByMac.set(mac, whole)
  }
  return { ...config, hosts, hostByMac }
}

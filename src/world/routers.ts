import type { Log } from '../base/log.ts'
import type { Network, Network6 } from '../boot/host.ts'
import type { Reason } from '../boot/reason.ts'
import { type RouterAdvert, whyNotSentHere } from '../boot/router-advert.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { Config, Problem } from '../config/config.ts'
import { routersOn } from '../system/routers.ts'
import type { World } from './world.ts'

type AskRouters = (device: string) => Promise<readonly RouterAdvert[] | undefined>

/** What matters of a network of the config, or of one that is served. */
interface NetworkSeen {
  readonly name: string
  readonly interface?: Network['interface']
  readonly ipv6?: Pick<Network6, 'mode'> & Partial<Pick<Network6, 'subnet'>>
}

/** What keeps machines of a network from asking by DHCPv6, where its routers can be heard. */
async function whyNot(network: NetworkSeen, look: AskRouters): Promise<Reason | undefined> {
  const { name, ipv6, interface: device } = network
  if (!ipv6 || ipv6.mode === 'none' || device === undefined) return undefined
  const adverts = await look(device)
  return adverts && whyNotSentHere(name, device, ipv6.subnet, adverts)
}

/** The warnings of `check`, where it runs on the machine that has these interfaces. Takes a second. */
export async function routerProblems(
  { networks }: Pick<Config, 'networks'>,
  locate: (path: readonly string[]) => Pick<Problem, 'line' | 'column'>,
  look: AskRouters = routersOn,
): Promise<Problem[]> {
  const found = await Promise.all(
    networks.map(async network => {
      const why = await whyNot(network, look)
      const path = ['networks', network.name, 'mode6']
      const place = { ...locate(path), path: path.join('.') }
      return why ? [{ severity: 'warning', ...place, message: sentenceOf(why) } as const] : []
    }),
  )
  return found.flat()
}

/** Hears the routers of the networks that have IPv6 when it is told to look, and says what turned wrong. */
export function createRouterWatch(
  { world, log }: { readonly world: Pick<World, 'networks'>; readonly log: Pick<Log, 'warn'> },
  look: AskRouters = routersOn,
) {
  let found = new Map<string, Reason>()
  return {
    async look(): Promise<void> {
      const before = found
      const networks = await Promise.all(
        world.networks().map(async network => [network.name, await whyNot(network, look)] as const),
      )
      found = new Map(networks.flatMap(([name, why]) => (why ? [[name, why]] : [])))
      for (const [name, why] of found) {
        if (before.get(name)?.code !== why.code) log.warn(sentenceOf(why))
      }
    },
    /** Of a network; undefined where nothing keeps its machines, or where it cannot be known. */
    why: (network: string): Reason | undefined => found.get(network),
    all: (): readonly Reason[] => [...found.values()],
  }
}

export type RouterWatch = ReturnType<typeof createRouterWatch>

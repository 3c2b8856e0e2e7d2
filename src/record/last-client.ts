import type { DhcpData } from '../boot/event-data.ts'
import type { DaemonMemory } from '../store/memory.ts'

/** What a host's firmware or iPXE said it is, and how far its boot was. */
export interface LastClient {
  readonly arch: string
  readonly stage: string
}

/** Lines of a timeline that are looked through after a restart. */
const looked = 50

/** What each host said it is when it last asked for something to boot; after a restart its timeline tells. */
export function createLastClients({ events }: Pick<DaemonMemory, 'events'>) {
  const clients = new Map<string, LastClient | undefined>()

  const remembered = (host: string): LastClient | undefined => {
    const lines = events.newest(looked, host, { kinds: ['dhcp'] })
    const { arch, stage } =
      lines.map(({ data }) => data as Partial<DhcpData> | null).findLast(data => data?.stage) ?? {}
    return arch === undefined || stage === undefined ? undefined : { arch, stage }
  }

  return {
    saw: (host: string, { arch, stage }: LastClient): void =>
      void clients.set(host, { arch, stage }),
    of(host: string): LastClient | undefined {
      if (!clients.has(host)) clients.set(host, remembered(host))
      return clients.get(host)
    },
  }
}

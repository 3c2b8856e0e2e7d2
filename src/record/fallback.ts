import { remember } from '../base/bounded.ts'
import type { Client } from '../boot/client.ts'
import { vendorOf } from '../boot/fallback-loader.ts'
import type { Host } from '../boot/host.ts'
import { cameBack, sentTo, type Unheard } from '../boot/loader-watch.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Mac } from '../wire/address.ts'
import type { World } from '../world/world.ts'

/** Machines that a loader went to and that were not heard since; the oldest are forgotten. */
const kept = 1024

export interface FallbackDeps {
  readonly world: Pick<World, 'config' | 'standIn'>
  readonly memory: Pick<DaemonMemory, 'nicVendors' | 'record'>
  /** Wall-clock epoch milliseconds. */
  now(): number
}

/**
 * Notices that a machine fetched a loader and netboots anew without a word of it, and says so. Where it
 * was an iPXE with drivers of its own, cards of that vendor get one that uses the firmware's driver.
 */
export function createFallback({ world, memory, now }: FallbackDeps) {
  const waiting = new Map<string, Unheard>()
  const keyOf = (mac: Mac, host: Host | undefined) => host?.name ?? mac
  const isOn = () => world.config().loaderFallback === 'auto'

  return {
    /** A loader went to a machine whole. */
    fetched(loader: string, mac: Mac, host: Host | undefined): void {
      const key = keyOf(mac, host)
      remember(waiting, key, sentTo(waiting.get(key) ?? [], loader), kept)
    },

    /** What it booted has come to life. */
    heard(mac: Mac, host: Host | undefined): void {
      waiting.delete(keyOf(mac, host))
    },

    /** Whether a loader went to the machine and nothing was heard of it since. */
    isUnheard: (mac: Mac, host: Host | undefined): boolean =>
      waiting.size > 0 && waiting.has(keyOf(mac, host)),

    /** A machine asks for a boot by DHCP while it is unheard; what it gets is decided after that. */
    asks(client: Client, host: Host | undefined): void {
      const key = keyOf(client.mac, host)
      const unheard = waiting.get(key) ?? []
      waiting.delete(key)
      const back = cameBack(unheard, client)
      if (!back) return
      const loader = unheard.at(-1) ?? ''
      const standIn = world.standIn(loader)
      const vendor = vendorOf(client.mac)
      if (!isOn() || standIn === undefined || memory.nicVendors.isSilent(vendor)) {
        if (host) memory.record({ host: host.name, ...back })
        return
      }
      memory.nicVendors.save(vendor, loader, now())
      const data = { vendor, loader, standIn }
      memory.record({ host: host?.name ?? null, kind: 'loader', code: 'stand-in', data })
    },

    /** The loader for this card in place of one that was never heard on its like. */
    instead(loader: string, mac: Mac): string | undefined {
      if (!isOn() || !memory.nicVendors.isSilent(vendorOf(mac))) return undefined
      return world.standIn(loader)
    },
  }
}

export type Fallback = ReturnType<typeof createFallback>

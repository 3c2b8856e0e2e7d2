import type { Host, Profile } from '../boot/host.ts'
import type { StrangerReason } from '../boot/identity.ts'
import type { Spec } from '../boot/install.ts'
import { isRunning } from '../boot/life.ts'
import type { Reason, Refused } from '../boot/reason.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { InstallDeps, ServedNetwork } from './deps.ts'
import { doubtOf, isUnverified, verified } from './integrity.ts'
import type { Lives } from './life.ts'
import { takeSpec } from './spec.ts'

/** Seconds without a request after which the next one is a new boot, where we see no DHCP. */
const newBootAfter = 120

/** Milliseconds that a request waits for: iPXE gives up after 120 s of silence. */
const longestVerify = 60_000

/** Somebody asks for what is a host's own. */
interface ScriptClaim {
  readonly host: Host
  readonly address: IpAddress
  readonly place: ServedNetwork
  readonly uuid?: string
}

/** What is remembered of machines that ask for scripts, besides what is on disk. */
export function createScripts(deps: InstallDeps, lives: Lives) {
  /** When a machine last asked, and netbooting hosts whose new boot has begun. */
  const lastRequest = new Map<string, number>()
  const freshNetboots = new Set<string>()

  return {
    /** Why a request is not the host's own; undefined where it is. */
    strangeness({ host, address, place, uuid }: ScriptClaim): StrangerReason | undefined {
      const identity = deps.identify({ host, address, network: place.network.name, uuid })
      return identity.kind === 'stranger' ? identity.why : undefined
    },

    /** Where we see no DHCP: whether so long nothing came that a request begins a new boot. */
    wasSilent(host: Host, { seesDhcp }: ServedNetwork): boolean {
      const silent = deps.now() - (lastRequest.get(host.name) ?? deps.now())
      return !seesDhcp && silent > newBootAfter * 1000
    },

    /** Whether it sent a DISCOVER since its last boot without an install. */
    isFresh: (host: Host): boolean => freshNetboots.has(host.name),

    /** A boot without an install begins. */
    netboots: (name: string): void => void freshNetboots.delete(name),

    verified: (host: Host | undefined, profile?: Profile): Promise<void> | undefined =>
      host && verifiedFor(host, profile, deps, lives),

    /** Why a host could not boot what its profile says now; undefined when it could. */
    blocked: (host: Host): Reason | undefined => whyBlocked(host, deps),

    /** A DISCOVER of its firmware or iPXE: a new boot has begun. */
    discovered(name: string): void {
      freshNetboots.add(name)
      lives.apply(name, { kind: 'discovered' })
    },

    heard: (name: string): void => void lastRequest.set(name, deps.now()),
  }
}

export type Scripts = ReturnType<typeof createScripts>

/**
 * Resolves when what a due host boots was verified, or this profile of it, at most after a minute;
 * undefined: at once.
 */
function verifiedFor(
  host: Host,
  profile: Profile | undefined,
  deps: InstallDeps,
  lives: Lives,
): Promise<void> | undefined {
  if (!profile && !lives.known(host).due) return undefined
  const spec = specToVerify(host, profile, deps, lives)
  if (!spec || 'refused' in spec || !isUnverified(spec, deps)) return undefined
  return Promise.race([verified(spec, deps), deps.clock.sleepIdle(longestVerify)])
}

/** That of the install under way, else what would be taken now where it has checksums. */
function specToVerify(
  host: Host,
  profile: Profile | undefined,
  deps: InstallDeps,
  lives: Lives,
): Spec | Refused | undefined {
  const { hosts, installs } = deps.memory
  const isUnderWay = !profile && isRunning(lives.lifeOf(host.name))
  const install = isUnderWay ? hosts.get(host.name)?.install : undefined
  if (install !== undefined) return installs.get(install)?.spec
  if (!(profile ?? host.profile)?.checksums) return undefined
  return takeSpec(host, profile ? { profile } : {}, deps)
}

function whyBlocked(host: Host, deps: InstallDeps): Reason | undefined {
  if (!host.profile) return undefined
  const spec = takeSpec(host, {}, deps)
  return 'refused' in spec ? spec.refused : doubtOf(spec, deps)?.why
}

import type { Host } from '../boot/host.ts'
import type { PhoneHomeMessage } from '../boot/phone-home.ts'
import { switchPortsOf } from '../boot/switch-ports.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import { know } from './appear.ts'
import type { Memory } from './deps.ts'
import type { Strangers } from './strangers.ts'
import type { PhoneHomeAnswer, TokenParts, TokenUse } from './token-use.ts'

/** What the agent is to do, and all that it can be told; `host` is the name of what its machine became. */
export interface AgentWork {
  readonly verb: 'wait' | 'boot'
  readonly host?: string
}

/** What a machine is by now, and whether its script would boot something else than the agent. */
export interface AgentOutlook {
  readonly host: Host | undefined
  readonly boots: boolean
}

/** What the agent of a machine says that was no host when it booted: its facts are kept, of the machine itself only. */
export function hearStranger(
  use: TokenUse,
  { facts }: PhoneHomeMessage,
  { strangers, scripts, deps }: TokenParts,
): PhoneHomeAnswer {
  const stranger = strangers.byToken(use.token)
  if (!stranger) return { status: 404 }
  if (facts === undefined) return { status: 204 }
  const { host } = stranger
  const why = scripts.strangeness({ host, address: use.address, place: use.place })
  if (why) return { status: 403, reason: sentenceOf(why) }
  strangers.heard(use.token, { facts })
  const { mac } = stranger.attempt
  const ports = switchPortsOf(facts, mac)
  if (ports.length > 0) deps.hangsOn(mac, ports)
  return { status: 204 }
}

/**
 * What the agent is to do that waits with this token; undefined for a token that is not of a stranger's boot.
 * What it told goes along to the host that its machine became.
 */
export function agentWork(
  token: string,
  { host, boots }: AgentOutlook,
  { strangers, deps: { memory, now } }: TokenParts,
): AgentWork | undefined {
  const stranger = strangers.byToken(token)
  if (!stranger) return undefined
  strangers.heard(token, { askedAt: now() })
  if (!host) return { verb: 'wait' }
  // That a host which asks for itself at its first boot was not seen yet is what asks.
  const isKept = memory.hosts.has(host.name) || host.profile?.ask !== 'first-boot'
  if (isKept && memory.hosts.facts(host.name) === undefined) {
    memory.write(() => takeAlong(host, strangers, memory))
  }
  return { verb: boots ? 'boot' : 'wait', host: host.name }
}

/** A machine that was no host becomes one that is known, with what the agent told of it. */
export function takeAlong(host: Host, strangers: Strangers, memory: Memory): void {
  know(host, memory)
  const facts = host.nics.map(({ mac }) => strangers.byMac(mac)?.facts).find(Boolean)
  if (facts !== undefined) memory.hosts.saveFacts(host.name, facts)
}

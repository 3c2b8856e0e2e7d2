import { whyNoFacts } from '../../boot/facts.ts'
import type { Attempt, Install } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import { formatIpAddress, type IpAddress, parseIpAddress } from '../../wire/ip-address.ts'
import type { InstallDeps } from '../deps.ts'
import { addFacts } from '../facts.ts'
import type { Lives } from '../life.ts'
import { whyNotInstalled } from './installed.ts'
import { addressesToTry, type Proved, prove } from './prove.ts'

/** One host that is looked for. */
export interface Search {
  readonly state: 'booting' | 'verifying'
  readonly install: Install
  readonly attempt: Attempt
  /** The last thing that was said of each address: it is told when it changes. */
  readonly said: Map<string | null, string>
  /** Epoch milliseconds. */
  nextAt: number
  running?: Promise<void>
}

export interface Seeking {
  readonly deps: InstallDeps
  readonly lives: Lives
  /** The daemon ends. */
  closed: boolean
}

/** Where to look: at one address that the config names, or wherever the machine may be. */
type SearchAddresses =
  | { readonly named: boolean; readonly addresses: readonly IpAddress[] }
  | { readonly nowhere: Reason; readonly address: string | null }

/** Looks once at each place where the machine may be, until it is found. */
export async function visitMachine(search: Search, seeking: Seeking): Promise<void> {
  const places = whereToLook(search, seeking.deps)
  if ('nowhere' in places) return say(search, places.address, places.nowhere, seeking)
  const { addresses, named } = places
  for (const address of addresses) {
    const isThere =
      search.state === 'booting'
        ? await findInstaller(search, address, seeking)
        : await findInstalled(search, address, named, seeking)
    if (isThere) return
  }
}

function whereToLook({ attempt, install, state }: Search, deps: InstallDeps): SearchAddresses {
  const stated = state === 'verifying' ? install.spec.profile.verifySsh?.address : undefined
  if (stated === undefined) {
    const addresses = addressesToTry(install, attempt, deps)
    if (addresses.length > 0) return { named: false, addresses }
    return { nowhere: { code: 'ssh-nowhere' }, address: null }
  }
  const rendered = deps.render(stated, attempt.content.context)
  const address = parseIpAddress(rendered.trim())
  if (address !== undefined) return { named: true, addresses: [address] }
  return { nowhere: { code: 'ssh-no-address' }, address: JSON.stringify(rendered) }
}

/** True when nobody has to be looked for any more at other places. */
async function findInstaller(
  search: Search,
  address: IpAddress,
  seeking: Seeking,
): Promise<boolean> {
  const found = await prove(search.install, search.attempt, address, seeking.deps)
  if (!isCurrent(search, seeking)) return true
  if ('why' in found) {
    say(search, formatIpAddress(address), found.why, seeking)
    return false
  }
  seeking.deps.memory.write(() => takeProof(search.attempt, found, seeking))
  return true
}

function takeProof(attempt: Attempt, { proof, facts }: Proved, { deps, lives }: Seeking): void {
  const { memory } = deps
  const { host, number, token } = attempt
  const { address, bootId } = proof
  const left = whyNoFacts(facts)
  const where = { address: formatIpAddress(address), attempt: number, bootId }
  const data = { ...where, ...(left === undefined ? { facts } : { left }) }
  memory.record({ host, kind: 'ssh', code: 'proved', data })
  memory.installs.saveProof(token, proof)
  if (left === undefined) addFacts(host, facts, memory)
  lives.ready(host, left === undefined ? { facts } : {})
}

/** True when nobody has to be looked for any more at other places. */
async function findInstalled(
  search: Search,
  address: IpAddress,
  named: boolean,
  seeking: Seeking,
): Promise<boolean> {
  const { install, attempt } = search
  const { deps, lives } = seeking
  const why = await whyNotInstalled(install, attempt, address, named, deps)
  if (!isCurrent(search, seeking)) return true
  if (why) {
    say(search, formatIpAddress(address), why, seeking)
    return false
  }
  const data = { address: formatIpAddress(address) }
  deps.memory.record({ host: attempt.host, kind: 'ssh', code: 'answers', data })
  lives.apply(attempt.host, { kind: 'answered' })
  return true
}

/** Whether the host is still where it was when the visit began. */
function isCurrent({ state, attempt, install }: Search, { deps, lives, closed }: Seeking): boolean {
  return (
    !closed &&
    lives.lifeOf(attempt.host).state === state &&
    deps.memory.installs.currentAttempt(attempt.host, install.id)?.token === attempt.token
  )
}

/** Tells why nothing was found, where it is not what was told before. */
function say({ attempt, said }: Search, address: string | null, why: Reason, { deps }: Seeking) {
  const text = JSON.stringify(why)
  if (said.get(address) === text) return
  said.set(address, text)
  const data = { address, why }
  deps.memory.record({ host: attempt.host, kind: 'ssh', code: 'unproved', data })
}

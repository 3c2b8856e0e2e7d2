import { whyNoFacts } from '../../boot/facts.ts'
import type { Attempt, HostRecord, Install } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import { formatIpv4, type Ipv4, parseIpv4 } from '../../wire/address.ts'
import type { InstallDeps } from '../deps.ts'
import type { Lives } from '../life.ts'
import { whyNotInstalled } from './installed.ts'
import { placesOf, prove } from './prove.ts'

/** Looks for the SSH servers of installers that must prove themselves, and of installed systems. */
export interface Seek {
  /** Starts what is due; called every second. */
  tick(): void
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>
}

/** From the end of one try to the next. */
const pauseMs = 3000
/** Machines that are visited at the same time. */
const atOnce = 64

/** One host that is looked for. */
interface Search {
  readonly state: 'booting' | 'verifying'
  readonly install: Install
  readonly attempt: Attempt
  /** The last thing that was said of each address: it is told when it changes. */
  readonly said: Map<string | null, string>
  nextAt: number
  running?: Promise<void>
}

export function createSeek(
  deps: InstallDeps,
  lives: Lives,
  failed: (host: string, error: unknown) => void,
): Seek {
  const { memory } = deps
  const searches = new Map<string, Search>()
  const installs = new Map<string, Install>()
  let closed = false

  const say = (search: Search, address: string | null, why: Reason) => {
    const said = JSON.stringify(why)
    if (search.said.get(address) === said) return
    search.said.set(address, said)
    const data = { address, why }
    memory.record({ host: search.attempt.host, kind: 'ssh', code: 'unproved', data })
  }
  /** Whether the host is still where it was when the visit began. */
  const isCurrent = ({ state, attempt, install }: Search) =>
    !closed &&
    lives.lifeOf(attempt.host).state === state &&
    memory.installs.currentAttempt(attempt.host, install.id)?.token === attempt.token

  const findInstaller = async (search: Search, address: Ipv4): Promise<boolean> => {
    const { install, attempt } = search
    const found = await prove(install, attempt, address, deps)
    if (!isCurrent(search)) return true
    if ('why' in found) {
      say(search, formatIpv4(address), found.why)
      return false
    }
    const { proof, facts } = found
    const left = whyNoFacts(facts)
    const told = left === undefined ? { facts } : {}
    memory.write(() => {
      const { bootId } = proof
      const where = { address: formatIpv4(address), attempt: attempt.number, bootId }
      const data = { ...where, ...(left === undefined ? { facts } : { left }) }
      memory.record({ host: attempt.host, kind: 'ssh', code: 'proved', data })
      memory.installs.saveProof(attempt.token, proof)
      if (left === undefined) memory.hosts.saveFacts(attempt.host, facts)
      lives.ready(attempt.host, told)
    })
    return true
  }

  const findInstalled = async (
    search: Search,
    address: Ipv4,
    stated: boolean,
  ): Promise<boolean> => {
    const { install, attempt } = search
    const why = await whyNotInstalled(install, attempt, address, stated, deps)
    if (!isCurrent(search)) return true
    if (why) {
      say(search, formatIpv4(address), why)
      return false
    }
    const data = { address: formatIpv4(address) }
    memory.record({ host: attempt.host, kind: 'ssh', code: 'answers', data })
    lives.apply(attempt.host, { kind: 'answered' })
    return true
  }

  const run = async (search: Search): Promise<void> => {
    const { attempt, install, state } = search
    const { verifySsh } = install.spec.profile
    const stated = state === 'verifying' ? verifySsh?.address : undefined
    const rendered = stated === undefined ? undefined : deps.render(stated, attempt.content.context)
    const named = rendered === undefined ? undefined : parseIpv4(rendered.trim())
    if (rendered !== undefined && named === undefined) {
      return say(search, JSON.stringify(rendered), { code: 'ssh-no-address' })
    }
    const addresses = named === undefined ? placesOf(install, attempt, deps) : [named]
    if (addresses.length === 0) return say(search, null, { code: 'ssh-nowhere' })
    for (const address of addresses) {
      const there =
        state === 'booting'
          ? await findInstaller(search, address)
          : await findInstalled(search, address, named !== undefined)
      if (there) return
    }
  }

  /** An install never changes while it runs, and reading one costs too much for every second. */
  const installOf = (id: string): Install | undefined => {
    const install = installs.get(id) ?? memory.installs.get(id)
    if (install) installs.set(id, install)
    return install
  }
  const searchOf = ({ name, life, install: id }: HostRecord): Search | undefined => {
    const { state } = life
    const install = id === undefined ? undefined : installOf(id)
    if (!install || (state !== 'booting' && state !== 'verifying')) return undefined
    const { phoneHome, verifySsh } = install.spec.profile
    if (state === 'booting' ? phoneHome !== 'ssh' : !verifySsh) return undefined
    const known = searches.get(name)
    const same = known?.install.id === id && known?.attempt.number === life.attempt
    if (same && known?.state === state) return known
    const attempt = memory.installs.currentAttempt(name, install.id)
    return attempt && { state, install, attempt, said: new Map(), nextAt: 0 }
  }
  /** The hosts that have to be looked for now, each with what is known of it from before. */
  const current = (): Search[] => {
    const running = memory.hosts.running()
    const ids = new Set(running.map(({ install }) => install))
    for (const id of installs.keys()) if (!ids.has(id)) installs.delete(id)
    return running.flatMap(record => searchOf(record) ?? [])
  }

  return {
    tick() {
      if (closed) return
      const wanted = current()
      const under = new Set(wanted.map(({ attempt }) => attempt.host))
      for (const [host, search] of searches)
        if (!under.has(host) && !search.running) searches.delete(host)
      const now = deps.now()
      let busy = [...searches.values()].filter(({ running }) => running).length
      for (const search of wanted.sort((a, b) => a.nextAt - b.nextAt)) {
        const { host } = search.attempt
        if (search.running || searches.get(host)?.running) continue
        searches.set(host, search)
        if (search.nextAt > now || busy >= atOnce) continue
        busy += 1
        search.running = run(search)
          .catch(error => failed(host, error))
          .finally(() => {
            delete search.running
            search.nextAt = deps.now() + pauseMs
          })
      }
    },
    async close() {
      closed = true
      await Promise.all([...searches.values()].map(({ running }) => running))
    },
  }
}

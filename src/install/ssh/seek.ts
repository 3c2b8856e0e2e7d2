import type { HostRecord, Install } from '../../boot/install.ts'
import type { InstallDeps } from '../deps.ts'
import type { Lives } from '../life.ts'
import { type Search, type Seeking, visitMachine } from './search.ts'

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

interface Seeker extends Seeking {
  failed(host: string, error: unknown): void
  /** By host. */
  readonly searches: Map<string, Search>
  /** By id. An install never changes while it runs, and reading one costs too much for every second. */
  readonly installs: Map<string, Install>
}

/** `failed` is told of a host that could not be looked for, for example because the disk is full. */
export function createSeek(
  deps: InstallDeps,
  lives: Lives,
  failed: (host: string, error: unknown) => void,
): Seek {
  const maps = { searches: new Map(), installs: new Map() }
  const seeker: Seeker = { deps, lives, failed, ...maps, closed: false }
  return {
    tick: () => tick(seeker),
    async close() {
      seeker.closed = true
      await Promise.all([...seeker.searches.values()].map(({ running }) => running))
    },
  }
}

function tick(seeker: Seeker): void {
  if (seeker.closed) return
  const { searches, deps } = seeker
  const wanted = wantedSearches(seeker)
  forgetOthers(wanted, searches)
  const now = deps.now()
  let busy = [...searches.values()].filter(({ running }) => running).length
  for (const search of wanted.sort((a, b) => a.nextAt - b.nextAt)) {
    const { host } = search.attempt
    if (search.running || searches.get(host)?.running) continue
    searches.set(host, search)
    if (search.nextAt > now || busy >= atOnce) continue
    busy += 1
    begin(search, seeker)
  }
}

function begin(search: Search, seeker: Seeker): void {
  search.running = visitMachine(search, seeker)
    .catch(error => seeker.failed(search.attempt.host, error))
    .finally(() => {
      delete search.running
      search.nextAt = seeker.deps.now() + pauseMs
    })
}

/** The hosts that have to be looked for now, each with what is known of it from before. */
function wantedSearches(seeker: Seeker): Search[] {
  const running = seeker.deps.memory.hosts.running()
  const ids = new Set(running.map(({ install }) => install))
  for (const id of seeker.installs.keys()) if (!ids.has(id)) seeker.installs.delete(id)
  return running.flatMap(record => searchOf(record, seeker) ?? [])
}

function forgetOthers(wanted: readonly Search[], searches: Seeker['searches']): void {
  const hosts = new Set(wanted.map(({ attempt }) => attempt.host))
  for (const [host, search] of searches) {
    if (!hosts.has(host) && !search.running) searches.delete(host)
  }
}

function searchOf({ name, life, install: id }: HostRecord, seeker: Seeker): Search | undefined {
  const { state } = life
  if (id === undefined || (state !== 'booting' && state !== 'verifying')) return undefined
  const install = installOf(id, seeker)
  if (!install || !isSought(install, state)) return undefined
  const known = seeker.searches.get(name)
  const isSame = known?.install.id === id && known.attempt.number === life.attempt
  if (isSame && known.state === state) return known
  const attempt = seeker.deps.memory.installs.currentAttempt(name, install.id)
  return attempt && { state, install, attempt, said: new Map(), nextAt: 0 }
}

function isSought({ spec }: Install, state: Search['state']): boolean {
  const { phoneHome, verifySsh } = spec.profile
  return state === 'booting' ? phoneHome === 'ssh' : verifySsh !== undefined
}

function installOf(id: string, { installs, deps }: Seeker): Install | undefined {
  const install = installs.get(id) ?? deps.memory.installs.get(id)
  if (install) installs.set(id, install)
  return install
}

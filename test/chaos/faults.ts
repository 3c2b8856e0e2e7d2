import { setTimeout as sleep } from 'node:timers/promises'
import type { dice } from '../dice.ts'
import type { Node, Site } from './site.ts'

/** Something that breaks at a time of the round and is whole again later; milliseconds. */
export interface Fault {
  readonly kind: keyof typeof kinds
  /** Which daemon; the one that works then, where it is undefined. */
  readonly of: number | undefined
  readonly at: number
  readonly lasts: number
}

/** Begins it; what is returned ends it. */
type Deed = (site: Site, node: Node) => Promise<() => void | Promise<void>>

const kill: Deed = async (_site, { daemon, ...node }) => {
  node.hold()
  await daemon.kill()
  return node.let
}

/** To one that may have ended by itself. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    if (pid > 0) process.kill(pid, name)
  } catch {}
}

const kinds = {
  kill,
  end: async (_site, { daemon, ...node }) => {
    node.hold()
    await daemon.stop()
    return node.let
  },
  freeze: async (_site, { daemon }) => {
    const pid = daemon.pid()
    signal(pid, 'SIGSTOP')
    return () => signal(pid, 'SIGCONT')
  },
  cut: async (_site, { cable }) => {
    cable.cut()
    return cable.mend
  },
  deafen: async (_site, { cable }) => {
    cable.deafen()
    return cable.mend
  },
  'break connections': async (_site, { cable }) => {
    cable.mend()
    return () => {}
  },
  'restart database': async ({ server }) => {
    await server.stop('SIGINT')
    return server.start
  },
  'crash database': async ({ server }) => {
    await server.stop('SIGQUIT')
    return server.start
  },
  'freeze database': async ({ server }) => {
    server.freeze()
    return server.thaw
  },
  'receiver refuses': async ({ receiver }) => {
    receiver.answer(503)
    return () => receiver.answer(204)
  },
  'receiver is silent': async ({ receiver }) => {
    receiver.answer(0)
    return () => receiver.answer(204)
  },
} as const satisfies Record<string, Deed>

/** The longest that each lasts, where it is not `usual`. */
const longest: Partial<Record<Fault['kind'], number>> = {
  freeze: 20_000,
  cut: 20_000,
  deafen: 20_000,
  'freeze database': 8000,
}
const usual = 6000

/** Those of the database and of the receiver are one at a time. */
const shared = /database|receiver/

/** What breaks in a round. */
export function planFaults(roll: ReturnType<typeof dice>, daemons: number): Fault[] {
  const names = Object.keys(kinds) as Fault['kind'][]
  const faults: Fault[] = []
  for (let left = 1 + roll(4); left > 0; left--) {
    const kind = names[roll(names.length)] ?? 'kill'
    const of = roll(2) === 0 ? undefined : roll(daemons)
    const [at, lasts] = [200 + roll(7000), 200 + roll(longest[kind] ?? usual)]
    const [what] = shared.exec(kind) ?? []
    if (!what || !faults.some(other => other.kind.includes(what)))
      faults.push({ kind, of, at, lasts })
  }
  return faults
}

export function wordsOf({ kind, of, at, lasts }: Fault): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(1)
  const whose = shared.test(kind) ? '' : ` ${of === undefined ? 'the one that works' : of + 1}`
  return `${kind}${whose} at ${seconds(at)} s for ${seconds(lasts)} s`
}

/** Lets it happen, and makes all whole again. */
export async function bringAbout(
  { kind, of, at, lasts }: Fault,
  site: Site,
  busy: Set<Node>,
): Promise<void> {
  await sleep(at)
  const node = of === undefined ? worker(site) : site.nodes[of]
  // One that something is done to already is let alone.
  if (!node || (busy.has(node) && !shared.test(kind))) return
  if (!shared.test(kind)) busy.add(node)
  const end = await kinds[kind](site, node)
  await sleep(lasts)
  await end()
  busy.delete(node)
}

/** By what they have logged: the database may be away. */
function worker({ nodes }: Site): Node | undefined {
  const since = (node: Node) => {
    const lines = node.daemon.logs()
    const at = lines.findLastIndex(({ msg }) => /^ready$|has the database from now on/.test(msg))
    return Number(lines[at]?.time ?? 0)
  }
  return nodes.toSorted((a, b) => since(b) - since(a))[0]
}

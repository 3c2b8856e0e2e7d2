import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatIpv4, type Ipv4, macOfBytes } from '../../src/wire/address.ts'
import { type Cable, layCable } from '../daemon/cable.ts'
import { type DhcpWire, openDhcpWires } from '../daemon/client.ts'
import { type Daemon, makeDaemon, type Owner, until } from '../daemon/daemon.ts'
import { freePorts } from '../daemon/ports.ts'
import { openReceiver, type Receiver } from '../daemon/receiver.ts'
import { notify, type Settings } from '../daemon/settings.ts'
import { type PostgresServer, startPostgres, type TestDatabase } from '../store/postgres-server.ts'
import { auditWrites, roleOf } from './audit.ts'

/** A daemon that is started again whenever it has ended, as systemd does. */
export interface Node {
  readonly name: string
  /** Where machines reach it. */
  readonly address: string
  readonly daemon: Daemon
  /** Its way to the database. */
  readonly cable: Cable
  /** It does not come back after its end until it is let. */
  hold(): void
  let(): void
  /** Exit codes that it had by itself, and what it said to them. */
  readonly ends: { readonly code: number | null; readonly said: string }[]
}

/** Daemons on one database, and the LAN around them. */
export interface Site {
  readonly server: PostgresServer
  readonly database: TestDatabase
  readonly nodes: readonly Node[]
  readonly receiver: Receiver
  readonly wire: DhcpWire
}

export const files = {
  loader: Buffer.alloc(9_001, 'loader'),
  kernel: Buffer.alloc(60_000, 'kernel'),
  initrd: Buffer.alloc(150_000, 'initrd'),
}

const daemons = 3
/** Milliseconds: what the unit says is longer than a test has. */
const restartMs = 1000

export const hostName = (n: number): string => `node${n}`

export const macOf = (n: number) => macOfBytes(Uint8Array.of(0x52, 0x54, 0, 0, n >> 8, n))

/** Starts all of them. There are fewer addresses than the machines would take if nobody gave one back. */
export async function openSite(t: Owner, machines: number): Promise<Site> {
  const server = await startPostgres(t)
  const database = server.newDatabase()
  for (let n = 1; n <= daemons; n++) database.psql(`create role ${roleOf(n)} superuser login`)
  const { hook } = await freePorts()
  const receiver = await openReceiver(t, hook)
  const settings = settingsFor(machines, hook)
  const nodes: Node[] = []
  for (let n = 1; n <= daemons; n++) {
    nodes.push(await makeNode(t, { n, server, database, settings, first: nodes[0]?.daemon }))
  }
  const ears = nodes.map(({ address: server, daemon }) => ({ ...daemon.ports, server }))
  const wire = await openDhcpWires(t, ears)
  nodes[0]?.let()
  await until('the tables', () => {
    return database.psql(`select count(*) from pg_tables where tablename = 'owners'`) === '1'
  })
  const isReady = () => nodes[0]?.daemon.logs().some(({ msg }) => msg === 'ready')
  await until('the first', isReady)
  auditWrites(database)
  // The claim from before is nobody's.
  database.psql(`insert into audit.claims select epoch, '${roleOf(1)}' from owners`)
  for (const node of nodes.slice(1)) node.let()
  return { server, database, nodes, receiver, wire }
}

function settingsFor(machines: number, hook: number) {
  const last = formatIpv4((0x7f010000 + Math.ceil(machines * 1.3) + 20) as Ipv4)
  return (n: number): Settings => ({
    networks: {
      lan: {
        ...{ subnet: '127.0.0.0/8', serverAddress: `127.0.0.${n}`, mode: 'server' },
        ...{ range: `127.1.0.1-${last}`, lease: '90s' },
      },
    },
    profiles: {
      debian: {
        ...{ kernel: 'images/kernel', initrd: 'images/initrd', callbacks: ['notify'] },
        cmdline: 'auto install={{ install.id }} url={{ files.answers }}',
        ...{ files: { answers: 'answers.txt' }, attempts: 50, bootTimeout: '1h' },
      },
    },
    callbacks: { notify: notify(hook) },
    hosts: Object.fromEntries(
      Array.from({ length: machines }, (_, n) => {
        return [hostName(n), { mac: macOf(n), profile: 'debian' }]
      }),
    ),
  })
}

interface NodeParts {
  readonly n: number
  readonly server: PostgresServer
  readonly database: TestDatabase
  readonly settings: (n: number) => Settings
  readonly first: Daemon | undefined
}

async function makeNode(t: Owner, parts: NodeParts): Promise<Node> {
  const { n, server, database, settings, first } = parts
  const cable = await layCable(t, join(server.folder, '.s.PGSQL.5432'))
  const name = /@(\/\w+)/.exec(readFileSync(database.urlFile, 'utf8'))?.[1] ?? ''
  const daemon = await makeDaemon(t, {
    ...{ ...settings(n), store: { postgres: { urlFile: 'pg-url' } } },
    ...(first && { assets: join(first.folder, 'assets') }),
  })
  daemon.write('pg-url', `postgres://${roleOf(n)}@127.0.0.1:${cable.port}${name}`)
  if (!first) {
    daemon.write('assets/loaders/undionly.kpxe', files.loader)
    daemon.write('assets/images/kernel', files.kernel)
    daemon.write('assets/images/initrd', files.initrd)
  }
  return { ...supervise(t, daemon), name: roleOf(n), address: `127.0.0.${n}`, daemon, cable }
}

/** Held at first. */
function supervise(t: Owner, daemon: Daemon): Pick<Node, 'hold' | 'let' | 'ends'> {
  let isOver = false
  let held = Promise.withResolvers<void>()
  const ends: Node['ends'] = []
  const loop = async () => {
    for (;;) {
      await held.promise
      if (isOver) return
      const { code, stderr } = await daemon.run()
      if (isOver) return
      if (code !== null) ends.push({ code, said: stderr.trim() })
      await sleep(restartMs)
    }
  }
  void loop()
  t.teardown(async () => {
    isOver = true
    held.resolve()
  })
  return {
    ends,
    hold: () => (held = Promise.withResolvers()),
    let: () => held.resolve(),
  }
}

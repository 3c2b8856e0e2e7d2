import { hostname } from 'node:os'
import type { DaemonList, DaemonRow } from '../../api/daemon.ts'
import type { DaemonRecord } from '../../boot/daemon-record.ts'
import type { Config } from '../../config/config.ts'
import type { HttpParts } from '../parts.ts'

/** What a daemon is called among those that share a database: its machine, and where its page is. */
export function daemonName({ http }: Config): string {
  return `${hostname()}:${http.port}`
}

/** All daemons on the database; alone, where it is a file of this one. */
export async function showDaemons(
  parts: Pick<HttpParts, 'world' | 'memory' | 'version' | 'startedAt' | 'now'>,
): Promise<DaemonList> {
  const { world, memory, version, startedAt, now } = parts
  const here = daemonName(world.config())
  const alone: DaemonRecord = {
    ...{ name: here, version, startedAt, heardAt: now(), isSilent: false },
    ...{ owns: true, since: startedAt, behind: 0 },
  }
  const records = memory.peers ? await memory.peers.list() : [alone]
  const networks = world.config().networks.map(({ name }) => name)
  return { here, daemons: records.map(record => rowOf(record, networks)) }
}

function rowOf(record: DaemonRecord, networks: readonly string[]): DaemonRow {
  const { name, version, isSilent, owns, since, behind } = record
  return {
    ...{ name, version, behind: owns ? 0 : behind },
    state: owns ? 'working' : isSilent ? 'silent' : 'standing-by',
    networks: owns ? [...networks] : [],
    since: owns && since !== null ? new Date(since).toISOString() : null,
    startedAt: new Date(record.startedAt).toISOString(),
    heardAt: new Date(record.heardAt).toISOString(),
  }
}

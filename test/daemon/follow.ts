import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { HostRow } from '../../src/api/hosts.ts'
import { readSse } from '../../src/cli/sse.ts'
import type { Daemon } from './daemon.ts'

/** The rows that the stream tells, as they come. */
export async function follow(t: Test, daemon: Daemon): Promise<HostRow[]> {
  const token = readFileSync(join(daemon.folder, 'data/admin-token'), 'utf8').trim()
  const leave = new AbortController()
  t.teardown(() => leave.abort())
  const answer = await fetch(`${daemon.url}/api/v1/events?live=true`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal: leave.signal,
  })
  const rows: HostRow[] = []
  const read = async () => {
    for await (const { data, id } of readSse(answer.body ?? new ReadableStream())) {
      const told = JSON.parse(data ?? '[]') as HostRow
      if (id === undefined && !Array.isArray(told)) rows.push(told)
    }
  }
  void read().catch(() => {})
  return rows
}

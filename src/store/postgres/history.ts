import type { EventRecord, EventsWanted } from '../../boot/event-record.ts'
import { StoreError } from '../database.ts'
import { eventIn } from '../events.ts'
import type { History } from '../history.ts'
import { pastInstall } from '../installs.ts'
import type { StoredEvent, StoredInstall } from '../tables.ts'
import { type Connection, faultOf } from './connect.ts'
import { readOf } from './hot.ts'
import { type Table, tables } from './tables.ts'

/** Asks PostgreSQL on a connection of its own, which is made when it is needed. */
export function createQuestions(open: () => Promise<Connection>) {
  let connection: Promise<Connection> | undefined
  return {
    async ask<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
      connection ??= open()
      const asked = connection
      try {
        return (await (await asked).client.query<Row>(text, values)).rows
      } catch (error) {
        if (connection === asked) connection = undefined
        void asked.then(
          ({ drop }) => drop(),
          () => {},
        )
        throw new StoreError(`PostgreSQL cannot be asked: ${faultOf(error)}`)
      }
    },
    close(): void {
      void connection?.then(
        ({ drop }) => drop(),
        () => {},
      )
    },
  }
}

export type Questions = ReturnType<typeof createQuestions>

/** What people read, from PostgreSQL; `committed` as Database has it, so that nothing recorded is missing. */
export function historyThere({ ask }: Questions, committed: () => Promise<void>): History {
  const events = async (
    asked: EventsWanted & { readonly host: string | undefined; readonly after?: number },
    order: 'asc' | 'desc',
    limit: number,
  ): Promise<EventRecord[]> => {
    await committed().catch(() => {})
    const { host, kinds, before, after } = asked
    const conditions: string[] = []
    const values: unknown[] = []
    const where = (condition: (place: string) => string, value: unknown) => {
      if (value === undefined) return
      values.push(value)
      conditions.push(condition(`$${values.length}`))
    }
    where(place => `host = ${place}`, host)
    where(place => `kind = any(${place})`, kinds)
    where(place => `id < ${place}`, before)
    where(place => `id > ${place}`, after)
    const wanted = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
    const rows = await ask<StoredEvent>(
      `select ${readOf(tableOf('events'))} from events ${wanted}
       order by events.id ${order} limit $${values.length + 1}`,
      [...values, limit],
    )
    return rows.map(eventIn)
  }
  return {
    after: (id, limit, host, wanted = {}) => events({ ...wanted, host, after: id }, 'asc', limit),
    newest: async (limit, host, wanted = {}) =>
      (await events({ ...wanted, host }, 'desc', limit)).reverse(),
    async installs(host, limit) {
      await committed().catch(() => {})
      const rows = await ask<StoredInstall>(
        `select ${readOf(tableOf('installs'))} from installs where host = $1
         order by installs.id desc limit $2`,
        [host, limit],
      )
      return rows.map(pastInstall)
    },
  }
}

function tableOf(name: string): Table {
  const found = tables.find(table => table.name === name)
  if (!found) throw new Error(`no table ${name}`)
  return found
}

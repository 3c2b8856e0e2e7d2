import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { http } from './client.ts'
import { type Daemon, makeDaemon, until } from './daemon.ts'
import { show, type TimelineEvent } from './machine.ts'
import { openReceiver } from './receiver.ts'
import { hookSecret, type Settings } from './settings.ts'

const fixture = new URL('../fixtures/database-6c60101/', import.meta.url).pathname
const config = parse(readFileSync(join(fixture, 'config.yaml'), 'utf8')) as Config

interface Config extends Settings {
  readonly http: { readonly port: number }
  readonly callbacks: {
    readonly notify: { readonly webhook: { readonly url: string } }
    readonly build: object
  }
}

/** What the daemon of that commit knew of a host, and how many lines its timeline had. */
interface Known {
  readonly name: string
  readonly state: string
  readonly install: string | null
  readonly lines: number
}

/** Today's daemon, not started yet, on a copy of the database whose clock stands at now. */
async function upgrade(t: Test): Promise<{ daemon: Daemon; db: DatabaseSync }> {
  const daemon = await makeDaemon(t, ports => ({
    ...config,
    http: { port: ports.http },
    tftp: { port: ports.tftp },
    dhcp: { port: ports.dhcp, proxyPort: ports.proxy },
    syslog: { port: ports.syslog },
    callbacks: {
      ...config.callbacks,
      notify: {
        ...config.callbacks.notify,
        webhook: { ...config.callbacks.notify.webhook, url: urlOf(ports.hook) },
      },
    },
  }))
  for (const name of ['ipxe.efi', 'snponly.efi']) daemon.write(`assets/loaders/${name}`, name)
  daemon.write('hook-secret', hookSecret)
  mkdirSync(join(daemon.folder, 'data'))
  const file = join(daemon.folder, 'data/bootwright.db')
  copyFileSync(join(fixture, 'bootwright.db'), file)
  const db = new DatabaseSync(file)
  transplant(db, daemon)
  return { daemon, db }
}

type Cell = string | number | null

const urlOf = (port: number) => `http://127.0.0.1:${port}/hook`

/** As if that daemon had run in this folder, on these ports, and had ended just now. */
function transplant(db: DatabaseSync, daemon: Daemon): void {
  const [{ last } = { last: 0 }] = all<{ last: number }>(
    db,
    'select max(last_at) as last from events',
  )
  const ago = Date.now() - last
  const tables = all<{ name: string }>(db, "select name from sqlite_master where type = 'table'")
  for (const { name } of tables.filter(one => !/^(sqlite|kysely)/.test(one.name))) {
    for (const row of all<Record<string, Cell>>(db, `select rowid as id_of_row, * from ${name}`)) {
      const { id_of_row, ...columns } = row
      for (const [column, value] of Object.entries(columns)) {
        const moved = transplanted(value, ago, daemon)
        if (moved === value) continue
        db.prepare(`update ${name} set "${column}" = ? where rowid = ?`).run(
          moved,
          id_of_row as number,
        )
      }
    }
  }
}

/** Epoch milliseconds, in columns and in JSON, are of this century and the next. */
function transplanted(value: Cell, ago: number, { folder, ports }: Daemon): Cell {
  if (value === null) return null
  if (typeof value === 'number') return value > 1.7e12 ? value + ago : value
  return value
    .replace(/\b[12]\d{12}\b/g, time => String(Number(time) + ago))
    .replaceAll('/srv/bootwright', folder)
    .replaceAll(config.callbacks.notify.webhook.url, urlOf(ports.hook))
    .replaceAll(`127.0.0.1:${config.http.port}`, `127.0.0.1:${ports.http}`)
}

function all<T>(db: DatabaseSync, sql: string): T[] {
  return db.prepare(sql).all() as T[]
}

t.test('a database of commit 6c60101 opens, goes on, and loses nothing', async t => {
  const { daemon, db } = await upgrade(t)
  const known = all<Known>(
    db,
    'select name, state, install, (select count(*) from events where host = name) as lines from hosts',
  )
  const events = all<TimelineEvent>(db, 'select id, host, kind, text from events order by id')
  const due = all<{ key: string }>(
    db,
    "select key from deliveries where state = 'due' and role = 'report' order by key",
  ).map(({ key }) => key)
  const leases = all<{ mac: string }>(db, 'select mac from leases').map(({ mac }) => mac)
  const acts = all<{ text: string }>(db, 'select text from admin_log order by id desc')
  db.close()
  const receiver = await openReceiver(t, daemon.ports.hook)
  await daemon.start()

  for (const { name, state, install, lines } of known.filter(one => one.name !== 'gone')) {
    const { host, events } = await show(daemon, name)
    // A command that ran is started again only where the same boot proves itself, which an agent cannot.
    const now = name === 'deploying' ? 'failed' : state
    t.match(host, { state: now, install: state === 'idle' ? host.install : install }, name)
    t.ok(events.length >= lines, `${name} has its ${lines} lines`)
  }
  const shown = await daemon.get<{ events: TimelineEvent[] }>('/events?limit=5000')
  const texts = new Map(shown.events.map(({ id, kind, text }) => [id, `${kind}: ${text}`]))
  for (const { id, kind, text } of events) t.equal(texts.get(id), `${kind}: ${text}`)

  // What ends meanwhile sends others, so that their number tells nothing.
  const came = () => new Set(receiver.received.map(({ key }) => key))
  await until('the webhooks that were due', () => came().isSupersetOf(new Set(due)))
  t.ok(receiver.received.every(({ signed }) => signed))

  const leased = await daemon.get<{ leases: { mac: string }[] }>('/leases')
  t.strictSame(leased.leases.map(({ mac }) => mac).sort(), leases.sort())
  const log = await daemon.get<{ entries: { text: string }[] }>('/admin-log')
  t.match(log.entries, acts)
  t.match(await daemon.get('/hosts/installed'), { host: { facts: { serial: 'A1B2C3' } } })
})

t.test('installers that were at work then say that they are done now', async t => {
  const { daemon, db } = await upgrade(t)
  const attempts = all<{ host: string; token: string; ip: string }>(
    db,
    "select host, token, json_extract(content, '$.context.attempt.address') as ip from attempts where void = 0",
  )
  db.close()
  await daemon.start()
  const tell = async (host: string, event: string) => {
    const { token, ip } = attempts.find(one => one.host === host) ?? { token: '', ip: '' }
    const body = JSON.stringify({ event })
    return http(daemon.ports.http, `/phone-home/${token}`, { method: 'POST', from: ip, body })
  }
  const steps = [
    ['booting', 'ready', 'installing'],
    ['alive', 'ready', 'installing'],
    ['installing', 'done', 'verifying'],
    ['again', 'done', 'verifying'],
    ['verifying', 'up', 'installed'],
    ['late', 'done', 'installed'],
  ] as const
  for (const [host, event, state] of steps) {
    t.match(await tell(host, event), { status: 204 }, `${host} says ${event}`)
    t.equal((await show(daemon, host)).host.state, state, `${host} is ${state}`)
  }
})

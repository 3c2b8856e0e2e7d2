import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A database of such a server. */
export interface TestDatabase {
  /** A file with its URL, as the config names it. */
  readonly urlFile: string
  /** What psql prints for a statement, without titles. */
  psql(statement: string): string
}

/** A copy of a server that follows it by streaming replication. */
export interface Standby {
  /** Its folder, where its socket is. */
  readonly folder: string
  psql(database: string, statement: string): string
  /** `pg_ctl promote`: it takes writes from now on. */
  promote(): void
}

/** A PostgreSQL of the test's own: Debian's, in a folder and on a socket that nobody else knows. */
export interface PostgresServer {
  /** Its folder, where its socket is. */
  readonly folder: string
  /** Makes a database that is empty. */
  newDatabase(): TestDatabase
  /** What is committed is on the standby too from then on. */
  addStandby(t: Test): Promise<Standby>
  start(): Promise<void>
  /** `SIGQUIT` is a crash; the others are a restart. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Stands still, with its connections open; and goes on. */
  freeze(): void
  thaw(): void
}

const [programs] = globSync('/usr/lib/postgresql/*/bin')
export const lacksPostgres = programs === undefined && 'install the package "postgresql"'

/** PostgreSQL does not run as root; `nobody` of Debian. */
const nobody = 65_534
const isRoot = process.getuid?.() === 0
const user = isRoot ? { uid: nobody, gid: nobody } : {}
// Debian may have its own folder for sockets, and a path of a socket is short.
const settings = ['-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'max_connections=40']

/** Starts one with an empty database, and ends it with the test. */
export async function startPostgres(t: Pick<Test, 'teardown'>): Promise<PostgresServer> {
  const server = serverIn(t)
  const { folder, psql } = server
  const initdb = ['--no-sync', '--auth=trust', '--username=bootwright', '--encoding=UTF8']
  run('initdb', [...initdb, server.data])
  await server.start()
  let made = 0
  return {
    ...server,
    newDatabase() {
      made += 1
      const name = `test${made}`
      psql('postgres', `create database ${name}`)
      const urlFile = join(folder, `${name}.url`)
      writeFileSync(urlFile, `postgres://bootwright@/${name}?host=${folder}\n`)
      return { urlFile, psql: statement => psql(name, statement) }
    },
    async addStandby(t) {
      const standby = serverIn(t)
      const from = ['-h', folder, '-U', 'bootwright', '-c', 'fast', '--no-sync']
      run('pg_basebackup', [...from, '--write-recovery-conf', '-D', standby.data])
      await standby.start()
      psql('postgres', `alter system set synchronous_standby_names = '*'`)
      psql('postgres', 'select pg_reload_conf()')
      const promote = () => void run('pg_ctl', ['promote', '-D', standby.data])
      return { folder: standby.folder, psql: standby.psql, promote }
    },
  }
}

function run(program: string, args: readonly string[]): string {
  const options = { ...user, encoding: 'utf8', stdio: 'pipe' } as const
  return execFileSync(join(programs ?? '', program), args, options)
}

/** A server that is not started yet; its `data` is a folder to be made. */
function serverIn(t: Pick<Test, 'teardown'>) {
  const folder = mkdtempSync('/tmp/bootwright-pg-')
  if (isRoot) chownSync(folder, nobody, nobody)
  const data = join(folder, 'data')
  let server: ChildProcess | undefined
  const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
    if (!server || server.exitCode !== null) return
    const ended = once(server, 'exit')
    signalAll(server, 'SIGCONT')
    server.kill(signal)
    await ended
  }
  t.teardown(async () => {
    await stop('SIGQUIT')
    rmSync(folder, { recursive: true })
  })
  return {
    ...{ folder, data, stop },
    psql: (database: string, statement: string) =>
      run('psql', ['-h', folder, '-U', 'bootwright', '-Atqc', statement, database]).trim(),
    async start() {
      const args = ['-D', data, '-k', folder, ...settings]
      server = spawn(join(programs ?? '', 'postgres'), args, { ...user, stdio: 'pipe' })
      let said = ''
      for await (const chunk of server.stderr ?? []) {
        said += chunk
        if (/ready to accept (read-only )?connections/.test(said)) break
      }
      if (server.exitCode !== null) throw new Error(said)
    },
    freeze: () => signalAll(server, 'SIGSTOP'),
    thaw: () => signalAll(server, 'SIGCONT'),
  }
}

/** The server and the process of each connection. */
function signalAll(server: ChildProcess | undefined, signal: NodeJS.Signals): void {
  if (server?.pid === undefined) return
  const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8')
  for (const pid of [server.pid, ...children.trim().split(' ').map(Number)]) {
    try {
      if (pid > 0) process.kill(pid, signal)
    } catch {
      // A connection that has ended meanwhile.
    }
  }
}

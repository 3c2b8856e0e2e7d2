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

/** A PostgreSQL of the test's own: Debian's, in a folder and on a socket that nobody else knows. */
export interface PostgresServer {
  /** Makes a database that is empty. */
  newDatabase(): TestDatabase
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
export async function startPostgres(t: Test): Promise<PostgresServer> {
  const folder = mkdtempSync('/tmp/bootwright-pg-')
  if (isRoot) chownSync(folder, nobody, nobody)
  const data = join(folder, 'data')
  const run = (program: string, args: readonly string[]) =>
    execFileSync(join(programs ?? '', program), args, { ...user, encoding: 'utf8', stdio: 'pipe' })
  run('initdb', ['--no-sync', '--auth=trust', '--username=bootwright', '--encoding=UTF8', data])
  let server: ChildProcess | undefined
  let made = 0
  const psql = (database: string, statement: string) =>
    run('psql', ['-h', folder, '-U', 'bootwright', '-Atqc', statement, database]).trim()
  const start = async () => {
    const args = ['-D', data, '-k', folder, ...settings]
    server = spawn(join(programs ?? '', 'postgres'), args, { ...user, stdio: 'pipe' })
    let said = ''
    for await (const chunk of server.stderr ?? []) {
      said += chunk
      if (said.includes('ready to accept connections')) break
    }
    if (server.exitCode !== null) throw new Error(said)
  }
  const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
    if (!server || server.exitCode !== null) return
    const ended = once(server, 'exit')
    signalAll(server, 'SIGCONT')
    server.kill(signal)
    await ended
  }
  await start()
  t.teardown(async () => {
    await stop('SIGQUIT')
    rmSync(folder, { recursive: true })
  })
  const urlFileOf = (database: string) => {
    const file = join(folder, `${database}.url`)
    writeFileSync(file, `postgres://bootwright@/${database}?host=${folder}\n`)
    return file
  }
  return {
    ...{ start, stop },
    newDatabase() {
      made += 1
      const name = `test${made}`
      psql('postgres', `create database ${name}`)
      return { urlFile: urlFileOf(name), psql: statement => psql(name, statement) }
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
    if (pid > 0) process.kill(pid, signal)
  }
}

import type { Status } from '../../api/networks.ts'
import { printable } from '../../base/printable.ts'
import { whyNoLibc } from '../../linux/libc.ts'
import { sbom, version } from '../../system/version.ts'
import { versionSpec } from '../api-specs.ts'
import { runApiCommand, writeJson } from '../command.ts'
import { exit, Failure, type Io } from '../io.ts'

/** `bootwright version`: what this is, and what the daemon is where one answers. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(versionSpec, argv, io, async ({ api, values }) => {
    if (values.has('sbom')) return writeSbom(io)
    const daemon = await api.get<Status>('/api/v1/status').catch((error: unknown) => {
      if (error instanceof Failure) return error
      throw error
    })
    const answered = daemon instanceof Failure ? undefined : daemon
    const own = { version: version(), node: process.versions.node }
    const why = whyNoLibc()
    const network = why === undefined ? 'system calls' : 'Node'
    if (values.has('json')) writeJson(io, { ...own, network, daemon: answered?.version ?? null })
    else {
      io.stdout.write(`bootwright ${own.version}, Node ${own.node}\n`)
      const ways = why === undefined ? 'system calls of our own' : `Node's sockets: ${why}`
      io.stdout.write(`TFTP and files over plain HTTP go by ${ways}\n`)
      if (answered) io.stdout.write(`daemon ${printable(answered.version)}\n`)
    }
    if (daemon instanceof Failure) io.stderr.write(`daemon: not known, ${daemon.message}\n`)
    return exit.done
  })
}

/** The list stands beside package.json in whatever was installed from a package. */
function writeSbom(io: Io): number {
  const text = sbom()
  if (text !== undefined) {
    io.stdout.write(text)
    return exit.done
  }
  const ways = 'npm run package makes them, npm sbom lists what is here'
  throw new Failure(`packages have an SBOM, a checkout has none: ${ways}`, exit.no)
}

/** `bootwright --version`. */
export function writeVersion(io: Io): number {
  io.stdout.write(`${version()}\n`)
  return exit.done
}

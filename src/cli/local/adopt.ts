import {
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { ReloadAnswer } from '../../api/daemon.ts'
import { printable } from '../../base/printable.ts'
import { adoptedFolder } from '../../config/adopted.ts'
import type { Config } from '../../config/config.ts'
import { formatProblem, loadConfig } from '../../config/load.ts'
import { parseMac } from '../../wire/address.ts'
import { adoptSpec, forgetSpec } from '../adopt-specs.ts'
import { type ApiClient, Unreachable } from '../api-client.ts'
import type { Values } from '../args.ts'
import { runApiCommand, writeJson } from '../command.ts'
import { exit, Failure, type Io } from '../io.ts'

const nameOf = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/

/** `bootwright adopt`: writes a host's file, looks whether the config is good with it, and reloads. */
export function adopt(argv: readonly string[], io: Io): Promise<number> {
  return runApiCommand(adoptSpec, argv, io, async ({ values, words, api }) => {
    const [macText = '', name = ''] = words
    const mac = parseMac(macText)
    if (mac === undefined) throw new Failure(`"${printable(macText)}" is no MAC`, exit.usage)
    const { config, configFile } = readConfig(values)
    const file = fileOf(config, name)
    if (config.hosts.has(name)) {
      const how = existsSync(file) ? `\`bootwright forget ${name}\` first` : 'take another name'
      throw new Failure(`there is a host ${name} already: ${how}`, exit.no)
    }
    writeHost(file, { hosts: { [name]: { mac, ...hostKeys(values) } } }, config)
    const wrong = loadConfig(configFile).problems.find(({ severity }) => severity === 'error')
    if (wrong) {
      rmSync(file)
      throw new Failure(`${formatProblem(configFile, wrong)}; nothing was changed`, exit.no)
    }
    const heard = await reload(api, values, io)
    if (!values.has('json')) {
      io.stdout.write(`${name} is a host: ${file}\n${heard}`)
      if (values.text('profile') !== undefined)
        io.stdout.write(`\nnext:\n  bootwright install ${name} --wait\n`)
    }
    return exit.done
  })
}

/** `bootwright forget`: removes the file of an adopted host, and reloads. */
export function forget(argv: readonly string[], io: Io): Promise<number> {
  return runApiCommand(forgetSpec, argv, io, async ({ values, words, api }) => {
    const [name = ''] = words
    const { config, configFile } = readConfig(values)
    const file = fileOf(config, name)
    if (!existsSync(file)) {
      const why = config.hosts.has(name)
        ? `${name} stands in ${configFile}: remove it there`
        : `there is no adopted host "${printable(name)}"`
      throw new Failure(why, exit.no)
    }
    rmSync(file)
    const heard = await reload(api, values, io)
    if (!values.has('json')) io.stdout.write(`${name} is forgotten\n${heard}`)
    return exit.done
  })
}

function hostKeys(values: Values): Readonly<Record<string, unknown>> {
  const vars = values.list('var').map(text => {
    const at = text.indexOf('=')
    if (at < 1) throw new Failure(`--var is k=v, not "${printable(text)}"`, exit.usage)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  const profile = values.text('profile')
  const address = values.text('address')
  const tags = values.list('tag')
  return {
    ...(address !== undefined && { address }),
    ...(profile !== undefined && { profile }),
    ...(tags.length > 0 && { tags }),
    ...(vars.length > 0 && { vars: Object.fromEntries(vars) }),
  }
}

function readConfig(values: Values): { config: Config; configFile: string } {
  const configFile = values.text('config') ?? 'bootwright.yaml'
  const { config, problems } = loadConfig(configFile)
  if (config) return { config, configFile }
  const first = problems.find(({ severity }) => severity === 'error')
  const why = first ? formatProblem(configFile, first) : `${configFile} cannot be used`
  if (values.text('config') !== undefined) throw new Failure(why, exit.no)
  throw new Failure(`${why}; say --config FILE`, exit.usage)
}

function fileOf({ dataDir }: Config, name: string): string {
  if (!nameOf.test(name)) throw new Failure(`"${printable(name)}" is no host name`, exit.usage)
  return join(adoptedFolder(dataDir), `${name}.yaml`)
}

/** Whole or not at all; it belongs to whom the data folder belongs, who is the daemon's user. */
function writeHost(file: string, content: unknown, { dataDir }: Config): void {
  const folder = adoptedFolder(dataDir)
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.new`, stringify(content), { mode: 0o644, flush: true })
  const { uid, gid } = statSync(dataDir)
  if (process.getuid?.() === 0)
    for (const path of [folder, `${file}.new`]) chownSync(path, uid, gid)
  renameSync(`${file}.new`, file)
}

/** Has the daemon read it; one that does not run reads it when it starts. */
async function reload(api: ApiClient, values: Values, io: Io): Promise<string> {
  try {
    const answer = await api.post<ReloadAnswer>('/api/v1/reload', {})
    for (const line of answer.warnings) io.stderr.write(`${printable(line)}\n`)
    if (values.has('json')) writeJson(io, answer)
    return ''
  } catch (error) {
    if (error instanceof Failure && !(error instanceof Unreachable)) {
      throw new Failure(`it is written, but not reloaded: ${error.message}`, error.exitCode)
    }
    if (!(error instanceof Unreachable)) throw error
    if (values.has('json')) writeJson(io, { hosts: null, warnings: [] })
    return 'no daemon answers: it reads this when it starts\n'
  }
}

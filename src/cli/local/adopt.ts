import { existsSync, rmSync } from 'node:fs'
import type { ReloadAnswer } from '../../api/daemon.ts'
import { printable } from '../../base/printable.ts'
import { adoptedFile, writeAdopted } from '../../config/adopt-file.ts'
import type { Config } from '../../config/config.ts'
import { formatProblem, loadConfig } from '../../config/load.ts'
import { parseMac } from '../../wire/address.ts'
import { adoptAll } from '../adopt-all.ts'
import { hostKeys } from '../adopt-keys.ts'
import { adoptSpec, forgetSpec } from '../adopt-specs.ts'
import { type ApiClient, Unreachable } from '../api-client.ts'
import type { Values } from '../args.ts'
import { runApiCommand, writeJson } from '../command.ts'
import { exit, Failure, type Io } from '../io.ts'

/** `bootwright adopt`: writes a host's file, looks whether the config is good with it, and reloads. */
export function adopt(argv: readonly string[], io: Io): Promise<number> {
  return runApiCommand(adoptSpec, argv, io, async ({ values, words, api }) => {
    if (values.has('all')) return adoptAll({ values, words, api, io })
    const [macText, name] = words
    if (macText === undefined || name === undefined) {
      throw new Failure('it needs a MAC and a name, or --all and --name', exit.usage)
    }
    const mac = parseMac(macText)
    if (mac === undefined) throw new Failure(`"${printable(macText)}" is no MAC`, exit.usage)
    const { config, configFile } = readConfig(values)
    const file = fileOf(config, name)
    if (config.hosts.has(name)) {
      const how = existsSync(file) ? `\`bootwright forget ${name}\` first` : 'take another name'
      throw new Failure(`there is a host ${name} already: ${how}`, exit.no)
    }
    writeAdopted(file, name, { mac, ...hostKeys(values) }, config.dataDir)
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
  const file = adoptedFile(dataDir, name)
  if (file === undefined) throw new Failure(`"${printable(name)}" is no host name`, exit.usage)
  return file
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

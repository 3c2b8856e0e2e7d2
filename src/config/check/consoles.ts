import type { ConsoleWay } from '../../boot/console.ts'
import type { Host } from '../../boot/host.ts'
import { lackOfProgram } from '../../boot/programs.ts'
import { sharedMistakes } from '../booting-hosts.ts'
import type { Config } from '../config.ts'
import { consoleContext } from '../template/context.ts'
import { consoleTemplates } from '../template/uses.ts'
import { isInPath, programProblem } from './files.ts'
import type { Mistake, Path } from './mistake.ts'
import {
  bmcs,
  checkAddresses,
  checkTemplatesOf,
  lackOfIpmi,
  lackOfSecret,
  type OfBmc,
} from './ways.ts'

/** Ways to consoles that cannot work: their templates, for every host, their files and programs. */
export function checkConsoles({ consoles, hosts }: Pick<Config, 'consoles' | 'hosts'>): Mistake[] {
  const wrong = sharedMistakes()
  const late = sharedMistakes()
  const users = Map.groupBy(hosts.values(), host => host.console?.by)
  for (const way of consoles.values()) {
    const own = users.get(way.name) ?? []
    checkTemplatesOf(consoleTemplates(way), own, consoleContext, wrong)
    if (way.kind === 'ipmi') checkAddresses(own.map(ofBmc), wrong, bmcs)
    if (way.kind === 'ssh') needAddress(own, wrong.add)
    const [key, file] = secretOf(way)
    const lack = file === undefined ? undefined : lackOfSecret(file)
    if (lack !== undefined) late.add(['consoles', way.name, way.kind, key], `${file} ${lack}`)
    for (const { path, message } of programsMissing(way)) {
      late.add(['consoles', way.name, way.kind, ...path], message)
    }
  }
  return [...wrong.mistakes('error'), ...late.mistakes('warning')]
}

function ofBmc({ name, console: own }: Host): OfBmc {
  return { host: name, path: ['hosts', name, 'console'], address: own?.address }
}

/** One console server has many machines. */
function needAddress(
  hosts: readonly Host[],
  report: (path: Mistake['path'], message: string) => void,
): void {
  for (const { name, console: own } of hosts) {
    if (own?.address !== undefined) continue
    report(['hosts', name, 'console'], 'needs an `address`: where one logs in')
  }
}

function secretOf(way: ConsoleWay): readonly [key: string, file?: string] {
  if (way.kind === 'ipmi') return ['passwordFile', way.passwordFile]
  return way.kind === 'ssh' ? ['keyFile', way.keyFile] : ['run']
}

/** Programs that are not there, and may come later. */
function programsMissing(way: ConsoleWay): { readonly path: Path; readonly message: string }[] {
  const needs = (program: string) => (isInPath(program) ? undefined : lackOfProgram(program))
  const at = (message: string | undefined, ...path: Path) =>
    message === undefined ? [] : [{ path, message }]
  switch (way.kind) {
    case 'ipmi':
      return [...at(lackOfIpmi('ipmiconsole')), ...at(needs('script'))]
    case 'ssh':
      return at(needs('ssh'))
    case 'command':
      return [
        ...at(programProblem(way.run[0] ?? '', way.cwd), 'run', 0),
        ...(way.terminal ? at(needs('script'), 'terminal') : []),
      ]
  }
}

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { given } from '../../base/given.ts'
import type { Callback } from '../../boot/callback.ts'
import type { ConsoleWay } from '../../boot/console.ts'
import type { PowerWay } from '../../boot/power.ts'
import type { Path } from '../check/mistake.ts'
import type { CmdlinePiece } from '../inheritance.ts'
import type { ResolvedProfile } from '../profiles.ts'
import type { TemplateKind } from './context.ts'

/** A template of the config, where its mistakes are reported, and what its text must be good for. */
export interface TemplateUse {
  readonly source: string
  readonly path: Path
  readonly kind: TemplateKind
  readonly purpose: 'cmdline' | 'file' | 'url' | 'program' | 'argument' | 'entity'
  /** For a command line: the pieces that it is joined of. */
  readonly pieces?: readonly CmdlinePiece[]
  /** For an answer file: its path as the operator would say it. */
  readonly file?: string
}

/** Texts of answer files, or the sentence why one cannot be read. */
export type FileTexts = Map<string, { readonly text: string } | { readonly problem: string }>

/** The templates of what a profile boots, without those of its callbacks. */
export function bootTemplates(
  { layers, profile }: ResolvedProfile,
  folder: string,
  texts: FileTexts,
  unreadable: (path: Path, message: string) => void,
): TemplateUse[] {
  const kind = 'boot'
  const uses: TemplateUse[] = []
  const last = layers.cmdline.at(-1)
  if (last) {
    const source = profile?.cmdline ?? layers.cmdline.map(({ text }) => text).join(' ')
    const { path } = last
    uses.push({ source, path, kind, purpose: 'cmdline', pieces: layers.cmdline })
  }
  const { address } = profile?.verifySsh ?? {}
  if (address !== undefined) {
    const path = layers.from.get('verify.address') ?? []
    uses.push({ source: address, path, kind, purpose: 'argument' })
  }
  for (const [name, file] of Object.entries(profile?.files ?? {})) {
    const path = layers.from.get(`files.${name}`) ?? []
    const read = texts.get(file) ?? readText(file)
    texts.set(file, read)
    if ('problem' in read) unreadable(path, read.problem)
    else {
      const said = relative(folder, file)
      uses.push({ source: read.text, path, kind, purpose: 'file', file: said })
    }
  }
  return uses
}

/** The templates of a callback. */
export function callbackTemplates(callback: Callback): TemplateUse[] {
  const kind = 'callback'
  if (callback.kind === 'webhook') {
    const path = ['callbacks', callback.name, 'webhook', 'url']
    return [{ source: callback.url, path, kind, purpose: 'url' }]
  }
  const at = (...path: Path) => ['callbacks', callback.name, callback.kind, ...path]
  const argument = (source: string, path: Path) =>
    ({ source, path, kind, purpose: 'argument' }) as const
  switch (callback.kind) {
    case 'command':
      return callback.run.map((source, i) => {
        return { source, path: at('run', i), kind, purpose: i === 0 ? 'program' : 'argument' }
      })
    case 'ssh':
      return [
        ...callback.args.map((source, i) => argument(source, at('args', i))),
        ...Object.entries(callback.env).map(([name, text]) => argument(text, at('env', name))),
      ]
    case 'nixosAnywhere': {
      const { source, kexec, extraFiles, diskEncryptionKeys, extraArgs } = callback
      const what = 'flake' in source ? [] : [source.disko, source.system]
      return [
        ...('flake' in source ? [argument(source.flake, at('flake'))] : []),
        ...what.map((text, i) => argument(text, at('storePaths', i))),
        ...(kexec === undefined ? [] : [argument(kexec, at('kexec'))]),
        ...(extraFiles === undefined ? [] : [argument(extraFiles, at('extraFiles'))]),
        ...Object.entries(diskEncryptionKeys).map(([on, file]) =>
          argument(file, at('diskEncryptionKeys', on)),
        ),
        ...extraArgs.map((text, i) => argument(text, at('extraArgs', i))),
      ]
    }
  }
}

/** The templates of a way to power. */
export function powerTemplates(way: PowerWay): TemplateUse[] {
  const kind = 'power'
  const at = (...path: Path) => ['power', way.name, way.kind, ...path]
  if (way.kind === 'homeAssistant') {
    return [{ source: way.entity, path: at('entity'), kind, purpose: 'entity' }]
  }
  if (way.kind !== 'http' && way.kind !== 'command') return []
  const { on, off, status } = way
  if (way.kind === 'http') {
    const asked = Object.entries({ on: way.on, off: way.off, ...given('status', way.status) })
    return asked.flatMap(([verb, { url, body }]): TemplateUse[] => [
      { source: url, path: at(verb), kind, purpose: 'url' },
      ...(body === undefined
        ? []
        : [{ source: body, path: at(verb, 'body'), kind, purpose: 'argument' } as const]),
    ])
  }
  const run = Object.entries({ on, off, status, cycle: way.cycle, netboot: way.netboot })
  return run.flatMap(([verb, args = []]) =>
    (args as readonly string[]).map((source, i) => {
      return { source, path: at(verb, i), kind, purpose: i === 0 ? 'program' : 'argument' } as const
    }),
  )
}

/** The templates of a way to consoles. */
export function consoleTemplates(way: ConsoleWay): TemplateUse[] {
  if (way.kind === 'ipmi' || way.run === undefined) return []
  const path = ['consoles', way.name, way.kind, 'run']
  const kind = 'console'
  if (way.kind === 'ssh') return [{ source: way.run, path, kind, purpose: 'argument' }]
  return way.run.map((source, i) => {
    return { source, path: [...path, i], kind, purpose: i === 0 ? 'program' : 'argument' }
  })
}

function readText(file: string): { text: string } | { problem: string } {
  try {
    return { text: readFileSync(file, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : (code ?? 'unknown')
    return { problem: `the template ${file} cannot be read: ${why}` }
  }
}

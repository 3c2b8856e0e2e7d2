import type { Callback } from '../../boot/callback.ts'
import { type Shared, type Subject, sharedMistakes } from '../booting-hosts.ts'
import type { NetworkSettings } from '../config.ts'
import type { ResolvedProfile } from '../profiles.ts'
import { networkOf } from '../reservations.ts'
import { type CallbackContext, networkNames } from '../template/context.ts'
import { needOf } from '../template/need.ts'
import { sampleContext, withFacts } from '../template/sample-context.ts'
import { renderText, TemplateError } from '../template/template.ts'
import {
  bootTemplates,
  callbackTemplates,
  type FileTexts,
  type TemplateUse,
} from '../template/uses.ts'
import type { Mistake } from './mistake.ts'
import { checkTemplate, type TemplateFault } from './names.ts'

/** What the check of all templates looks at. */
export interface Checked {
  readonly folder: string
  readonly httpPort: number
  readonly networks: readonly NetworkSettings[]
  readonly callbacks: Iterable<Callback>
  readonly profiles: Iterable<ResolvedProfile>
  readonly subjects: readonly Subject[]
}

/** Checks every template by itself, and renders those that are right for every host. */
export function checkTemplates(checked: Checked): Mistake[] {
  const shared = sharedMistakes()
  const usesOf = goodTemplates(checked, shared)
  const faultOfFile = oncePerNeed()
  const names = new Map(checked.networks.map(network => [network, networkNames(network)]))
  for (const { host, resolved } of checked.subjects) {
    const uses = usesOf(resolved)
    if (uses.length === 0) continue
    const network = networkOf(host.nics[0], checked.networks) ?? checked.networks[0]
    const known = (network && names.get(network)) ?? networkNames({})
    const context = sampleContext(host, known, checked.httpPort)
    for (const use of uses) renderFor(use, context, host.name, shared, faultOfFile)
  }
  return shared.mistakes('error')
}

/** Reports what is wrong with templates whoever they are for, and hands out the others. */
function goodTemplates(checked: Checked, shared: Shared) {
  const texts: FileTexts = new Map()
  const known = new Map<ResolvedProfile | Callback, readonly TemplateUse[]>()
  const faultsOf = oncePerSource()
  const good = (key: ResolvedProfile | Callback, uses: () => TemplateUse[]) => {
    const found = known.get(key) ?? uses().filter(use => !reportFaults(use, faultsOf, shared))
    known.set(key, found)
    return found
  }
  const usesOf = (resolved: ResolvedProfile): readonly TemplateUse[] => {
    const { profile } = resolved
    const boot = good(resolved, () =>
      bootTemplates(resolved, checked.folder, texts, (path, message) => shared.add(path, message)),
    )
    const callbacks = [profile?.deploy ?? [], profile?.callbacks ?? []].flat()
    return [...boot, ...callbacks.flatMap(usesOfCallback)]
  }
  const usesOfCallback = (callback: Callback) => good(callback, () => callbackTemplates(callback))

  for (const callback of checked.callbacks) usesOfCallback(callback)
  for (const resolved of checked.profiles) usesOf(resolved)
  return usesOf
}

type FaultsOf = (source: string, kind: TemplateUse['kind']) => readonly TemplateFault[]

function oncePerSource(): FaultsOf {
  const known = new Map<string, readonly TemplateFault[]>()
  return (source, kind) => {
    const key = `${kind} ${source}`
    const faults = known.get(key) ?? checkTemplate(source, kind)
    known.set(key, faults)
    return faults
  }
}

/** A command line's mistakes are reported where the piece is written that they are in. */
function reportFaults(use: TemplateUse, faultsOf: FaultsOf, shared: Shared): boolean {
  const { source, kind, path } = use
  const faults = faultsOf(source, kind)
  if (faults.length === 0) return false
  const inPieces = (use.pieces ?? []).flatMap(piece =>
    faultsOf(piece.text, kind).map(fault => ({ path: piece.path, fault })),
  )
  const found = inPieces.length > 0 ? inPieces : faults.map(fault => ({ path, fault }))
  for (const { path, fault } of found) shared.add(path, sentence(fault, use))
  return true
}

type FaultOf = (use: TemplateUse, context: object) => TemplateFault | undefined

function renderFor(
  use: TemplateUse,
  context: CallbackContext,
  host: string,
  shared: Shared,
  faultOfFile: FaultOf,
): void {
  const names = use.kind === 'callback' ? withFacts(context, use.source) : context
  const fault = use.purpose === 'file' ? faultOfFile(use, names) : faultOf(use, use.source, names)
  if (!fault) return
  const piece = use.pieces?.find(({ text }) => faultOf(use, text, names)?.message === fault.message)
  shared.add(piece?.path ?? use.path, sentence(fault, use), host)
}

/** Answer files are long: hosts that are alike in what can make one fail share one rendering. */
function oncePerNeed(): FaultOf {
  const known = new Map<string, Alike>()
  return (use, context) => {
    const alike = known.get(use.source) ?? { needOf: needOf(use.source), faults: new Map() }
    known.set(use.source, alike)
    const need = alike.needOf(context)
    if (!alike.faults.has(need)) alike.faults.set(need, faultOf(use, use.source, context))
    return alike.faults.get(need)
  }
}

interface Alike {
  readonly needOf: (context: object) => string
  readonly faults: Map<string, TemplateFault | undefined>
}

function faultOf(use: TemplateUse, source: string, context: object): TemplateFault | undefined {
  try {
    const message = misuse(use.purpose, renderText(source, context))
    return message === undefined ? undefined : { message, line: 1, column: 1 }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return error
  }
}

function misuse(purpose: TemplateUse['purpose'], text: string): string | undefined {
  switch (purpose) {
    case 'cmdline':
      return hasControls(text) ? 'a command line cannot hold line breaks' : undefined
    case 'url':
      return URL.canParse(text) && /^https?:/.test(text)
        ? undefined
        : 'does not render to an http:// or https:// URL'
    case 'program':
      return text.trim() === '' ? 'the name of the program is empty' : undefined
    case 'file':
    case 'argument':
      return undefined
  }
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 32) return true
  return false
}

function sentence({ message, line, column }: TemplateFault, { file }: TemplateUse): string {
  return file === undefined ? message : `${file}:${line}:${column}: ${message}`
}

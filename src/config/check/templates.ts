import { given } from '../../base/given.ts'
import type { Callback } from '../../boot/callback.ts'
import { type Shared, type Subject, sharedMistakes } from '../booting-hosts.ts'
import type { NetworkSettings } from '../config.ts'
import type { ResolvedProfile } from '../profiles.ts'
import { networkOfNic } from '../reservations.ts'
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
import { checkTemplate, isKnownName, type TemplateFault } from './names.ts'
import { noWayIn } from './way-in.ts'

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
  const lockedOut = sharedMistakes()
  const usesOf = goodTemplates(checked, shared)
  const verdictOf = oncePerNeed()
  const names = new Map(checked.networks.map(network => [network, networkNames(network)]))
  for (const { host, resolved } of checked.subjects) {
    const uses = usesOf(resolved)
    if (uses.length === 0) continue
    const network = networkOfNic(host.nics[0], checked.networks) ?? checked.networks[0]
    const known = (network && names.get(network)) ?? networkNames({})
    const context = sampleContext(host, known, checked.httpPort)
    for (const use of uses) {
      const { faults, warning } = verdictOf(use, contextOf(use, context))
      reportFor(host.name, use, context, faults, shared)
      if (warning !== undefined) lockedOut.add(use.path, warning, host.name)
    }
  }
  const warnings = lockedOut.mistakes('error')
  return [
    ...shared.mistakes('error'),
    ...warnings.map((mistake): Mistake => ({ ...mistake, severity: 'warning' })),
  ]
}

/** Reports what is wrong with templates whoever they are for, and hands out those that can be read. */
function goodTemplates(checked: Checked, shared: Shared) {
  const texts: FileTexts = new Map()
  const known = new Map<ResolvedProfile | Callback, readonly TemplateUse[]>()
  const ownFaultsOf = oncePerSource()
  const good = (key: ResolvedProfile | Callback, uses: () => TemplateUse[]) => {
    const found = known.get(key) ?? uses().filter(use => reportFaults(use, ownFaultsOf, shared))
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

type OwnFaultsOf = (source: string, kind: TemplateUse['kind']) => readonly TemplateFault[]

function oncePerSource(): OwnFaultsOf {
  const known = new Map<string, readonly TemplateFault[]>()
  return (source, kind) => {
    const key = `${kind} ${source}`
    const faults = known.get(key) ?? checkTemplate(source, kind)
    known.set(key, faults)
    return faults
  }
}

/**
 * Reports the faults that a template has for everybody; whether it can be read. A command line's are
 * reported where the piece is written that they are in.
 */
function reportFaults(use: TemplateUse, ownFaultsOf: OwnFaultsOf, shared: Shared): boolean {
  const { source, kind, path } = use
  const faults = ownFaultsOf(source, kind)
  if (faults.length === 0) return true
  const inPieces = (use.pieces ?? []).flatMap(piece =>
    ownFaultsOf(piece.text, kind).map(fault => ({ path: piece.path, fault })),
  )
  const found = inPieces.length > 0 ? inPieces : faults.map(fault => ({ path, fault }))
  for (const { path, fault } of found) shared.add(path, sentence(fault, use))
  return faults.every(({ missing }) => missing !== undefined)
}

function contextOf(use: TemplateUse, context: CallbackContext): CallbackContext {
  return use.kind === 'callback' ? withFacts(context, use.source) : context
}

function reportFor(
  host: string,
  use: TemplateUse,
  context: CallbackContext,
  faults: readonly TemplateFault[],
  shared: Shared,
): void {
  const names = contextOf(use, context)
  for (const fault of faults) {
    const piece = use.pieces?.find(({ text }) =>
      faultsOf({ ...use, source: text }, names).some(({ message }) => message === fault.message),
    )
    shared.add(piece?.path ?? use.path, sentence(fault, use), host)
  }
}

/** What a template comes to for a host. */
interface TemplateVerdict {
  readonly faults: readonly TemplateFault[]
  readonly warning?: string
}

/** Answer files are long: hosts that are alike in what can make one fail share one rendering. */
function oncePerNeed(): (use: TemplateUse, context: object) => TemplateVerdict {
  const known = new Map<string, Alike>()
  return (use, context) => {
    if (use.purpose !== 'file') return { faults: faultsOf(use, context) }
    const alike = known.get(use.source) ?? { needOf: needOf(use.source), verdicts: new Map() }
    known.set(use.source, alike)
    const need = alike.needOf(context)
    const verdict = alike.verdicts.get(need) ?? verdictOfFile(use, context)
    alike.verdicts.set(need, verdict)
    return verdict
  }
}

interface Alike {
  readonly needOf: (context: object) => string
  readonly verdicts: Map<string, TemplateVerdict>
}

function verdictOfFile(use: TemplateUse, context: object): TemplateVerdict {
  const faults = faultsOf(use, context)
  if (faults.length > 0) return { faults }
  // Beside user-data they set up no accounts of their own.
  const isOther = /^(?:meta-data|vendor-data|network-config)$/.test(String(use.path.at(-1)))
  const locked = isOther ? undefined : rendered(use, context, noWayIn)
  return { faults, ...given('warning', locked && `${use.file}: ${locked}`) }
}

/** What is made of a text where it can be rendered. */
function rendered<T>(
  { source }: TemplateUse,
  context: object,
  make: (text: string) => T,
): T | undefined {
  try {
    return make(renderText(source, context))
  } catch (error) {
    if (error instanceof TemplateError) return undefined
    throw error
  }
}

/** More of one template are not worth telling. */
const mostFaults = 20

/**
 * Everything that rendering would stumble over: it stops at the first name that is not there, so that is
 * given and it is rendered again.
 */
export function faultsOf(use: TemplateUse, context: object): TemplateFault[] {
  const faults: TemplateFault[] = []
  let enriched = context
  for (let left = mostFaults; left > 0; left--) {
    const fault = faultOf(use, enriched, context)
    // What is made of names that were only given says nothing.
    if (fault === undefined || (faults.length > 0 && fault.missing === undefined)) break
    const { missing } = fault
    const isBelow = faults.some(other => missing?.startsWith(`${other.missing}.`))
    if (!isBelow) faults.push(fault)
    if (missing === undefined) break
    enriched = withName(enriched, missing.split('.'))
  }
  return faults.filter(({ missing }) => missing === undefined || isKnownName(missing, use.kind))
}

function faultOf(
  { purpose, source }: TemplateUse,
  context: object,
  known: object,
): TemplateFault | undefined {
  try {
    const message = misuse(purpose, renderText(source, context, known))
    return message === undefined ? undefined : { message, line: 1, column: 1 }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return error
  }
}

/** The context with one more name in it. */
function withName(context: object, [step = '', ...below]: readonly string[]): object {
  const inner: unknown = Object.hasOwn(context, step) ? context[step as keyof object] : {}
  const group = typeof inner === 'object' && inner !== null ? inner : {}
  return { ...context, [step]: below.length === 0 ? '' : withName(group, below) }
}

function misuse(purpose: TemplateUse['purpose'], text: string): string | undefined {
  switch (purpose) {
    case 'cmdline':
      return hasControls(text) ? 'a command line cannot hold line breaks' : undefined
    case 'url':
      return URL.canParse(text) && /^https?:/.test(text)
        ? undefined
        : 'does not render to an http:// or https:// URL'
    case 'entity':
      return /^[a-z0-9_]+\.[a-z0-9_]+$/.test(text)
        ? undefined
        : 'does not render to an entity such as switch.node1'
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

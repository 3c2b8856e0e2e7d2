import { given } from '../base/given.ts'
import { type Arch, archs } from '../boot/arch.ts'
import { fitsAll, type LoaderRule } from '../boot/loaders/choice.ts'
import type { Mistake, Path, Report } from './check/mistake.ts'
import { lackOfLoader } from './loaders.ts'
import type { RawLoaders, RawRules } from './schema/loaders.ts'

export type LoaderRules = ReadonlyMap<Arch, readonly LoaderRule[]>

/** `loaders` of the config: for each arch the rules, in the order in which they are tried. */
export function resolveLoaderRules(raw: RawLoaders, report: Report): LoaderRules {
  const resolved = new Map<Arch, LoaderRule[]>()
  for (const arch of archs) {
    const rules = raw[arch]
    if (rules === undefined) continue
    const all = listOf(rules).map(resolveRule)
    checkOrder(all, ['loaders', arch], report)
    resolved.set(arch, all)
  }
  checkSpeech(resolved, report)
  return resolved
}

/** Files of `loaders` that are not there, or not whole; they may come later. */
export function checkLoaderRules(rules: LoaderRules, assets: string): Mistake[] {
  return [...rules].flatMap(([arch, all]) =>
    all.flatMap(({ file }, i): Mistake[] => {
      const message = lackOfLoader(assets, file)
      const path = all.length === 1 ? ['loaders', arch] : ['loaders', arch, i]
      return message === undefined ? [] : [{ severity: 'warning', path, message }]
    }),
  )
}

type RawRule = Exclude<RawRules, unknown[]>

function listOf(rules: RawRules): readonly RawRule[] {
  return Array.isArray(rules) ? rules : [rules]
}

function resolveRule(raw: RawRule): LoaderRule {
  if (typeof raw === 'string') return { file: raw }
  const macs = raw.mac?.map(prefix => prefix.toLowerCase().replaceAll('-', ':'))
  return {
    file: raw.file,
    ...given('speaks', raw.speaks),
    ...given('vendor', raw.vendor),
    ...given('macs', macs),
  }
}

function checkOrder(rules: readonly LoaderRule[], path: Path, report: Report): void {
  const all = rules.findIndex(fitsAll)
  if (all < 0 || all === rules.length - 1) return
  report([...path, all + 1], `is never reached: ${rules[all]?.file} before it is for every client`)
}

/** A host names its loader by the file alone. */
function checkSpeech(rules: LoaderRules, report: Report): void {
  const known = new Map<string, LoaderRule['speaks']>()
  for (const [arch, all] of rules) {
    for (const [i, { file, speaks }] of all.entries()) {
      const before = known.get(file) ?? speaks
      known.set(file, before)
      if (speaks === undefined || speaks === before) continue
      const path = all.length === 1 ? ['loaders', arch] : ['loaders', arch, i]
      report(path, `${file} speaks ${speaks} here and ${before} elsewhere; a file is of one kind`)
    }
  }
}

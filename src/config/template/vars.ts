import type { Profile } from '../../boot/host.ts'
import { namesIn, TemplateError } from './template.ts'
import { callbackTemplates } from './uses.ts'

/** The names of the vars that something uses; `any` where a name is computed or all are walked through. */
export type UsedVars = ReadonlySet<string> | 'any'

/**
 * The vars that the templates of a profile use: its command line, the answer files (`sources`: their
 * texts), the address where `verify` looks and what its callbacks are told. A var that every host must
 * give counts too: without a value nothing is installed.
 */
export function usedVars(profile: Profile, sources: Iterable<string>): UsedVars {
  const { cmdline, verifySsh, deploy, callbacks, vars } = profile
  const used = new Set(Object.keys(vars).filter(name => vars[name] === 'required'))
  // The agent's disk is chosen by it.
  if (profile.image ?? profile.capture) used.add('disk')
  const told = [deploy ?? [], callbacks].flat().flatMap(callbackTemplates)
  const templates = [cmdline, verifySsh?.address ?? '', ...told.map(({ source }) => source)]
  for (const template of [...templates, ...sources]) {
    const names = varsIn(template)
    if (names === 'any') return 'any'
    for (const name of names) used.add(name)
  }
  return used
}

function varsIn(template: string): readonly string[] | 'any' {
  const names: string[] = []
  for (const { steps } of readNames(template)) {
    const [first, second, third] = steps
    if (first !== 'host' || (steps.length > 1 && second !== 'vars' && second !== undefined))
      continue
    if (third === undefined) return 'any'
    names.push(third)
  }
  return names
}

/** One that cannot be read is refused elsewhere, with the reason. */
function readNames(template: string) {
  try {
    return namesIn(template)
  } catch (error) {
    if (error instanceof TemplateError) return []
    throw error
  }
}

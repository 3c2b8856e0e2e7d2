import { didYouMean } from '../../base/nearest.ts'
import { type NameTree, namesFor, type TemplateKind } from '../template/context.ts'
import { namesIn, TemplateError, type TemplateName } from '../template/template.ts'

/** What is wrong with a template, and where in it. */
export interface TemplateFault {
  readonly message: string
  readonly line: number
  readonly column: number
  /** The name that is not there, such as `host.vars.disk`, where that is what is wrong. */
  readonly missing?: string | undefined
}

/**
 * Says what is wrong with a template whoever it is rendered for: its syntax, and names that do not
 * exist, also where rendering would forgive them (`{% if hots.name %}`).
 */
export function checkTemplate(template: string, kind: TemplateKind): TemplateFault[] {
  try {
    return namesIn(template).flatMap(name => {
      const message = nameFault(name, kind)
      const { line, column } = name
      return message === undefined ? [] : [{ message, line, column, missing: name.steps.join('.') }]
    })
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return [{ message: error.message, line: error.line, column: error.column }]
  }
}

/** Whether templates of a kind have this name, or may have it for some host. */
export function isKnownName(name: string, kind: TemplateKind): boolean {
  return nameFault({ steps: name.split('.'), line: 1, column: 1 }, kind) === undefined
}

function nameFault({ steps }: TemplateName, kind: TemplateKind): string | undefined {
  let tree: NameTree[string] = namesFor(kind)
  for (const [depth, step] of steps.entries()) {
    // `size`, `first` and `last` are Liquid's own.
    if (tree === true || tree === 'any' || step === undefined) return undefined
    if (!Object.hasOwn(tree, step))
      return `there is no ${written(steps, depth)}${hint(step, depth)}`
    tree = tree[step] ?? true
  }
  return undefined

  function hint(step: string, depth: number): string {
    if (depth === 0 && kind === 'boot' && Object.hasOwn(namesFor('callback'), step)) {
      return '; only callbacks have it'
    }
    const meant = typeof tree === 'object' ? didYouMean(step, Object.keys(tree)) : ''
    if (depth > 0 || meant !== '') return meant
    const named = steps.filter(name => name !== 'vars').join('.')
    return `; a var of the host is written host.vars.${named || 'NAME'}`
  }
}

function written(steps: TemplateName['steps'], depth: number): string {
  return steps.slice(0, depth + 1).join('.')
}

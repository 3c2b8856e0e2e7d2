import { Liquid, Output, type Template } from 'liquidjs'
import { remember } from '../../base/bounded.ts'
import { didYouMean } from '../../base/nearest.ts'

/** A template that cannot be read or rendered. The message is a sentence without the position. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly line: number
  readonly column: number
  /** The name that the context does not have, where that is all that is wrong. */
  readonly missing: string | undefined
  constructor(message: string, line: number, column: number, name?: string) {
    super(message)
    this.line = line
    this.column = column
    this.missing = name
  }
}

/** A name that a template uses: `['host', 'vars', 'disk']`. Undefined steps are computed. */
export interface TemplateName {
  readonly steps: readonly (string | undefined)[]
  readonly line: number
  readonly column: number
}

const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  // Lets `{% if host.vars.x %}` and `| default` ask whether a name is there.
  lenientIf: true,
  // No `constructor`, no `__proto__`: only what the context itself says.
  ownPropertyOnly: true,
  // A template of ours renders in well under a millisecond; these end a runaway loop.
  renderLimit: 2000,
  memoryLimit: 50_000_000,
  outputEscape: value => {
    if (typeof value !== 'object' || value === null) return value
    const hint = Array.isArray(value)
      ? 'a list; join it: | join: ","'
      : 'not a value but a group of names'
    throw new Error(`this is ${hint}`)
  },
})

// They read files. Templates render from what they are given and nothing else.
const fileTags = ['include', 'render', 'layout', 'block'] as const
for (const tag of fileTags) delete engine.tags[tag]

const parsed = new Map<string, Template[]>()

/**
 * Renders a Liquid template. Throws TemplateError, also for a name that the context does not have; it tells
 * which of the `known` ones was probably meant.
 */
export function renderText(template: string, context: object, known: object = context): string {
  try {
    return saying(() => String(engine.renderSync(parse(template), context)))
  } catch (error) {
    throw error instanceof TemplateError ? withGuess(error, known) : error
  }
}

/** The same, with the name that was probably meant. */
function withGuess(error: TemplateError, context: object): TemplateError {
  const { message, line, column, missing } = error
  const steps = missing?.split('.') ?? []
  const name = steps.pop()
  const group = steps.reduce<unknown>((part, step) => Object(part)[step], context)
  // Every letter is near every other one, which says nothing.
  if (name === undefined || name.length < 2) return error
  const guess = didYouMean(name, Object.keys(Object(group)))
  return new TemplateError(`${message}${guess}`, line, column, missing)
}

/** The names from outside that a template uses. Throws TemplateError when it cannot be read. */
export function namesIn(template: string): TemplateName[] {
  return namesOf(parse(template))
}

/**
 * The names of a template in two kinds: of those in a plain `{{ name }}` only the presence decides
 * whether rendering fails, of those in tags and filters also the value.
 */
export function needsIn(template: string): { present: TemplateName[]; valued: TemplateName[] } {
  const isPlain = (part: Template) => part instanceof Output && !part.token.getText().includes('|')
  const { plain = [], other = [] } = Object.groupBy(parse(template), part =>
    isPlain(part) ? 'plain' : 'other',
  )
  return { present: namesOf(plain), valued: namesOf(other) }
}

function namesOf(parts: Template[]): TemplateName[] {
  const { globals } = saying(() => engine.analyzeSync(parts, { partials: false }))
  return Object.values(globals)
    .flat()
    .map(({ segments, location }) => ({
      steps: segments.map(step => (typeof step === 'object' ? undefined : String(step))),
      line: location.row,
      column: location.col,
    }))
}

/** Parsing costs more than rendering, and the same few templates serve every host. */
function parse(template: string): Template[] {
  const known = parsed.get(template)
  if (known) return known
  const fresh = saying(() => engine.parse(template))
  remember(parsed, template, fresh, 1000)
  return fresh
}

function saying<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof TemplateError || !(error instanceof Error)) throw error
    throw templateError(error)
  }
}

function templateError(error: Error): TemplateError {
  const [, message = error.message, line = '1', column = '1'] =
    /^(.*?)(?:, line:(\d+), col:(\d+))?$/s.exec(error.message) ?? []
  const missing = /^undefined variable: ([\w.-]+)$/.exec(message)?.[1]
  return new TemplateError(sentence(message), Number(line), Number(column), missing)
}

function sentence(message: string): string {
  const tag = /^tag "(.*)" not found$/.exec(message)?.[1]
  if (tag !== undefined && (fileTags as readonly string[]).includes(tag)) {
    return `templates cannot use the tag "${tag}": they read no other files`
  }
  if (tag !== undefined) return `there is no tag "${tag}"`
  return message
    .replace(/^undefined variable: (.*)$/s, 'there is no $1')
    .replace(/^undefined filter: (.*)$/s, 'there is no filter "$1"')
}

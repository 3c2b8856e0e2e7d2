/** Fills a template in. */
export type Render = (template: string) => string

/** What a machine said of itself stands in it. */
const saysWire = /\{[{%][^}]*\b(?:message|facts)\b/

/**
 * An argument or path with a value from the wire in it is no option and leads nowhere up. Throws where it
 * would.
 */
export function asWord(render: Render): Render {
  return template => {
    const word = render(template)
    if (!saysWire.test(template)) return word
    if (word.startsWith('-') && !template.startsWith('-')) {
      throw new Error(`${template} is ${JSON.stringify(word)}: what a machine says is no option`)
    }
    if (word.split('/').includes('..')) throw climbs(template, word)
    return word
  }
}

/** `.` and `..` climb in a URL too, and encoding does not help: `%2E` is the same there (WHATWG URL, 4.1). */
export function asUrl(render: Render): Render {
  return template => {
    const url = render(template)
    const [path = ''] = url.split(/[?#]/)
    const leads = path.split('/').some(part => /^(?:\.|%2e){1,2}$/i.test(part))
    if (leads && saysWire.test(template)) throw climbs(template, url)
    return url
  }
}

function climbs(template: string, rendered: string): Error {
  return new Error(`${template} is ${JSON.stringify(rendered)}: what a machine says climbs nowhere`)
}

/** What a machine says cannot end a part of a URL and begin another. */
export function inUrl<C extends { readonly message: string; readonly facts: unknown }>(
  context: C,
): C {
  return { ...context, message: encoded(context.message), facts: encodedAll(context.facts) }
}

function encodedAll(value: unknown): unknown {
  if (typeof value === 'string') return encoded(value)
  if (Array.isArray(value)) return value.map(encodedAll)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, encodedAll(one)]))
}

/** Half a surrogate cannot be encoded. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

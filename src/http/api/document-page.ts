import { createHash } from 'node:crypto'

/** The words of OpenAPI 3.1 and JSON Schema that the page shows. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: Schema
    readonly description?: string
  }[]
  readonly requestBody?: { readonly content?: Content }
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
}

/** In the colours of the page; a browser's own dark links are too faint on its own dark ground. */
const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  background: light-dark(#f4f6f4, #0d1312); color: light-dark(#16211e, #e3ebe8) }
a { color: light-dark(#0b5f58, #63cdbc) }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
code { font-family: ui-monospace, monospace }
details { border: 1px solid light-dark(#d6ddd9, #24302d); border-radius: 6px; margin: .5rem 0;
  padding: .5rem .75rem; background: light-dark(#fff, #141c1a) }
li, summary { overflow-wrap: anywhere }
summary { cursor: pointer }
summary code { font-weight: 600 }
ul { list-style: none; margin: .25rem 0; padding-left: 1rem; border-left: 2px solid light-dark(#d6ddd9, #24302d) }
small, .type { color: light-dark(#55645f, #94a49e) }
`

/** Nothing but this one style; no script, no other host. */
export const documentPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The OpenAPI document as a page for people. */
export function documentHtml({ info, paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))].sort()
  const sections = tags.map(tag => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(tag))
    return `<h2>${text(tag)}</h2>${own.map(operationHtml).join('')}`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(info.title)} API</title><style>${style}</style></head>
<body><main><h1>${text(info.title)} API <small>${text(info.version)}</small></h1>
<p>${text(info.description ?? '')}</p>
<p>For programs: <a href="/api/openapi.json">openapi.json</a></p>
${sections.join('\n')}
</main></body></html>
`
}

function operationHtml(one: { path: string; method: string; operation: Operation }): string {
  const { path, method, operation } = one
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: where, required, schema = {}, description }) =>
      item(`${text(name)} <small>(${text(where)})</small>`, required ?? false, {
        ...schema,
        ...(description !== undefined && { description }),
      }),
  )
  const body = operation.requestBody?.content?.['application/json']?.schema
  const answers = Object.entries(operation.responses ?? {}).filter(([code]) => /^2/.test(code))
  return `<details><summary><code>${method.toUpperCase()} ${text(path)}</code> ${text(operation.summary ?? '')}</summary>
<p>${text(operation.description ?? '')}</p>
${parameters.length === 0 ? '' : `<h4>Takes</h4><ul>${parameters.join('')}</ul>`}
${body === undefined ? '' : `<h4>Body</h4>${schemaHtml(body)}`}
${answers.map(([code, { content }]) => `<h4>Answers ${text(code)}</h4>${schemaHtml(content?.['application/json']?.schema ?? {})}`).join('')}
</details>`
}

/** What is inside a schema: the properties of an object, or of the objects of a list. */
function schemaHtml(schema: Schema): string {
  const { properties, required = [], items, anyOf } = schema
  if (properties) {
    const entries = Object.entries(properties)
    return `<ul>${entries.map(([name, inner]) => item(text(name), required.includes(name), inner)).join('')}</ul>`
  }
  if (items) return schemaHtml(items)
  return (anyOf ?? []).map(schemaHtml).join('')
}

function item(name: string, required: boolean, schema: Schema): string {
  const optional = required ? '' : ' <small>optional</small>'
  return `<li><code>${name}</code> <span class="type">${text(typeOf(schema))}</span>${optional} ${text(schema.description ?? '')}${schemaHtml(schema)}</li>`
}

function typeOf({ type, enum: choices, anyOf, items, additionalProperties }: Schema): string {
  if (choices) return choices.join(' | ')
  if (anyOf) return anyOf.map(typeOf).join(' | ')
  if (items) return `list of ${typeOf(items)}`
  if (typeof additionalProperties === 'object') return `map of ${typeOf(additionalProperties)}`
  return typeof type === 'string' ? type : (type ?? ['anything']).join(' | ')
}

function text(plain: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }
  return plain.replace(/[&<>"]/g, sign => `&${names[sign]};`)
}

import { htmlOf, escaped as text } from './html.ts'

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
    readonly schema?: DocumentSchema
    readonly description?: string
  }[]
  readonly requestBody?: { readonly content?: Content }
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>
}

type Content = Readonly<Record<string, { readonly schema?: DocumentSchema }>>

interface DocumentSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly DocumentSchema[]
  readonly items?: DocumentSchema
  readonly properties?: Readonly<Record<string, DocumentSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: DocumentSchema | boolean
}

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
  return htmlOf(
    `${info.title} API`,
    `<h1>${text(info.title)} API <small>${text(info.version)}</small></h1>
<p>${text(info.description ?? '')}</p>
<p>For programs: <a href="/api/openapi.json">openapi.json</a></p>
${sections.join('\n')}
`,
  )
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
function schemaHtml(schema: DocumentSchema): string {
  const { properties, required = [], items, anyOf } = schema
  if (properties) {
    const entries = Object.entries(properties)
    return `<ul>${entries.map(([name, inner]) => item(text(name), required.includes(name), inner)).join('')}</ul>`
  }
  if (items) return schemaHtml(items)
  return (anyOf ?? []).map(schemaHtml).join('')
}

function item(name: string, required: boolean, schema: DocumentSchema): string {
  const optional = required ? '' : ' <small>optional</small>'
  return `<li><code>${name}</code> <span class="type">${text(typeOf(schema))}</span>${optional} ${text(schema.description ?? '')}${schemaHtml(schema)}</li>`
}

function typeOf({
  type,
  enum: choices,
  anyOf,
  items,
  additionalProperties,
}: DocumentSchema): string {
  if (choices) return choices.join(' | ')
  if (anyOf) return anyOf.map(typeOf).join(' | ')
  if (items) return `list of ${typeOf(items)}`
  if (typeof additionalProperties === 'object') return `map of ${typeOf(additionalProperties)}`
  return typeof type === 'string' ? type : (type ?? ['anything']).join(' | ')
}

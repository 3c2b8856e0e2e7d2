import { readFileSync } from 'node:fs'
import Type, { type Static } from 'typebox'
import { Errors } from 'typebox/schema'
import { parse } from 'yaml'

const text = Type.String({ minLength: 1, maxLength: 2000 })
const closed = { additionalProperties: false } as const
const url = Type.String({ pattern: '^(https?://|\\{mirror\\}/)' })
const words = Type.Record(text, text)

const keyring = Type.Object({ file: text, package: Type.Optional(text) }, closed)

const list = Type.Object(
  {
    url,
    gpg: Type.Optional(keyring),
    minisign: Type.Optional(text),
    signature: Type.Optional(url),
    in: Type.Optional(text),
    tls: Type.Optional(Type.Literal(true)),
  },
  closed,
)

const file = Type.Object(
  {
    url,
    in: Type.Optional(text),
    signature: Type.Optional(url),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    unpack: Type.Optional(Type.Array(text, { minItems: 1 })),
  },
  closed,
)

const entry = Type.Object(
  {
    title: text,
    unverified: Type.Optional(Type.Literal(true)),
    versions: Type.Intersect([
      Type.Object({
        any: Type.Optional(Type.Literal(true)),
        see: Type.Optional(text),
        default: Type.Optional(text),
      }),
      Type.Record(text, Type.Union([words, Type.Literal(true), text])),
    ]),
    archs: Type.Record(text, words, { minProperties: 1 }),
    mirror: Type.Optional(Type.String({ pattern: '^https?://' })),
    lists: Type.Optional(Type.Array(list)),
    gpg: Type.Optional(keyring),
    minisign: Type.Optional(text),
    files: Type.Record(Type.String({ pattern: '^[A-Za-z0-9{][A-Za-z0-9_.{}-]*$' }), file, {
      minProperties: 1,
      ...closed,
    }),
    profile: Type.Record(text, Type.Unknown()),
  },
  closed,
)

const catalogue = Type.Record(
  Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$' }),
  entry,
  closed,
)

export type CatalogueEntry = Static<typeof entry>
export type ListEntry = Static<typeof list>
export type FileEntry = Static<typeof file>
export type Keyring = Static<typeof keyring>
export type Catalogue = Readonly<Record<string, CatalogueEntry>>

/** What an operator can put right about a pull: one sentence. */
export class PullError extends Error {
  override readonly name = 'PullError'
}

/**
 * Reads catalogues; an entry of a later one replaces that of the same name.
 *
 * @throws PullError where one cannot be read, has another shape, or names a file that nothing verifies
 */
export function readCatalogues(paths: readonly string[]): Catalogue {
  return Object.assign({}, ...paths.map(readOne)) as Catalogue
}

function readOne(path: string): Catalogue {
  let value: unknown
  try {
    value = parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new PullError(`${path}: ${(error as Error).message}`)
  }
  const [isOne, [first]] = Errors(catalogue, value)
  if (!isOne) {
    const where = first?.instancePath.slice(1).replaceAll('/', '.') || 'the file'
    throw new PullError(`${path}: ${where}: ${first?.message ?? 'is no catalogue'}`)
  }
  for (const [name, item] of Object.entries(value as Catalogue)) {
    const why = unproved(item)
    if (why !== undefined) throw new PullError(`${path}: ${name}: ${why}`)
  }
  return value as Catalogue
}

/** Why an entry proves nothing, if so. */
function unproved({ lists = [], files, gpg, minisign }: CatalogueEntry): string | undefined {
  for (const [index, { url, ...by }] of lists.entries()) {
    const proofs = [by.gpg, by.minisign, by.in, by.tls].filter(proof => proof !== undefined)
    if (proofs.length !== 1) return `${url}: write one of gpg, minisign, in and tls`
    if (by.minisign !== undefined && by.signature === undefined)
      return `${url}: minisign needs \`signature\``
    if (by.in !== undefined && index === 0) return `${url}: there is no list before it`
    if (by.tls && url.startsWith('http:')) return `${url}: tls is for https:// only`
  }
  for (const [name, { sha256, signature, in: member }] of Object.entries(files)) {
    const listed = member !== undefined && lists.length > 0
    const signed = signature !== undefined && (gpg !== undefined || minisign !== undefined)
    if (!listed && !signed && sha256 === undefined) return `nothing verifies ${name}`
  }
  return undefined
}

import { stripTypeScriptTypes } from 'node:module'
import { type Node, parse } from 'acorn'
import { simple } from 'acorn-walk'

/**
 * A source of ours as JavaScript. Types become blanks, as they do when Node runs a checkout, and `.ts` in the
 * paths of other sources becomes `.js`: every statement stays at its line and column, so that a stack
 * trace of a package fits the sources. (`tsc` would write the code anew and need source maps for that.)
 */
export function toJavaScript(source: string): string {
  const text = stripTypeScriptTypes(source)
  const program = parse(text, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowHashBang: true,
  })
  return sourcePaths(program).reduce(
    (written, end) => `${written.slice(0, end - 3)}.js${written.slice(end)}`,
    text,
  )
}

/** Where relative paths that end in `.ts` end: of imports, workers and of what the page shares. */
function sourcePaths(program: Node): number[] {
  const ends: number[] = []
  const take = ({ value, end }: { readonly value?: unknown; readonly end: number }) => {
    if (typeof value === 'string' && /^\.\.?\/.*\.ts$/.test(value)) ends.push(end - 1)
  }
  simple(program, {
    Literal: take,
    ImportDeclaration: ({ source }) => take(source),
    ExportNamedDeclaration: ({ source }) => source && take(source),
    ExportAllDeclaration: ({ source }) => take(source),
  })
  // A visitor may come by a literal twice; a replacement changes no length, so that twice is once.
  return ends
}

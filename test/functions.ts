import { stripTypeScriptTypes } from 'node:module'
import { parse } from 'acorn'
import { ancestor } from 'acorn-walk'

export interface FunctionLength {
  /** As it is declared; for a function handed to another, the other's name: `t.test(…)`. */
  readonly name: string
  /** Of its first line, from 1. */
  readonly line: number
  /** From its first line to its last, those of the functions inside it as well. */
  readonly lines: number
}

interface Node {
  readonly id?: { readonly name?: string } | null
  readonly key?: { readonly name?: string }
  readonly arguments?: readonly { readonly value?: unknown }[]
}

/** Every function of a TypeScript source with its length; a factory counts with what it returns. */
export function functionsOf(text: string): FunctionLength[] {
  // Types are replaced by blanks, so the lines stay where they are.
  const program = parse(stripTypeScriptTypes(text), {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowHashBang: true,
    locations: true,
  })
  const found: FunctionLength[] = []
  ancestor(program, {
    Function(node, _state, ancestors) {
      const [parent, self] = (ancestors as unknown as Node[]).slice(-2)
      const { start, end } = node.loc ?? { start: { line: 0 }, end: { line: 0 } }
      const name = nameOf(self) ?? nameOf(parent) ?? 'nameless'
      found.push({ name, line: start.line, lines: end.line - start.line + 1 })
    },
  })
  return found
}

function nameOf(node: Node | undefined): string | undefined {
  if (node?.arguments) return `call with ${node.arguments[0]?.value ?? 'a function'}`
  return node?.id?.name ?? node?.key?.name
}

import { stripTypeScriptTypes } from 'node:module'
import { type Node, parse } from 'acorn'
import { full } from 'acorn-walk'

/** What of acorn's nodes is looked at here. */
interface Tree extends Node {
  readonly id?: Tree
  readonly init?: Tree | null
  readonly right?: Tree
  readonly left?: Tree
  readonly test?: Tree
  readonly body?: Tree
  readonly consequent?: Tree
  readonly callee?: Tree & {
    readonly object?: Tree
    readonly property?: { readonly name?: string }
  }
  readonly arguments?: readonly Tree[]
}

/** Expressions without their blanks; what is captured is the map, or a way to go through it. */
const firstOf = [
  /^(.+?)\??\.next\(\)(?:\??\.value)?(?:\[0\])?$/,
  /^(.+?)\.toArray\(\)(?:\[0\]|\.at\(0\)|\.shift\(\))$/,
  /^\[\.\.\.(.+?)\](?:\[0\]|\.at\(0\)|\.shift\(\))(?:\??\.?\[0\])?$/,
  /^Array\.from\((.+?)\)(?:\[0\]|\.at\(0\)|\.shift\(\))(?:\??\.?\[0\])?$/,
]
const walking =
  /^(?:\[\.\.\.|Array\.from\(|Iterator\.from\()?(.+?)(?:\.(?:keys|values|entries)\(\)|\[Symbol\.iterator\]\(\))?(?:\.take\(1\))?[\])]?$/

/**
 * Where a source bounds a map or set by hand instead of by `src/base/bounded.ts`: it takes the first and
 * deletes it, walks it while it is too large, or empties it when it is full. Returns lines, from 1.
 */
export function handBounded(text: string): number[] {
  const code = stripTypeScriptTypes(text)
  const options = { ecmaVersion: 'latest', sourceType: 'module', locations: true } as const
  const program = parse(code, { ...options, allowHashBang: true })
  const source = (node?: Tree | null) =>
    (node ? code.slice(node.start, node.end) : '').replaceAll(/\s/g, '')
  const nodes: Tree[] = []
  full(program, node => nodes.push(node as Tree))
  /** `oldest of seen`: the names that hold the first of a map. */
  const holders = new Set(nodes.flatMap(node => holdersIn(node, source)))
  const found = nodes.filter(node => {
    const emptied = /^\{?([\w.]+)\.clear\(\)/
    if (node.type === 'ForOfStatement')
      return walksWhileTooLarge(source(node.right), source(node.body))
    if (node.type === 'IfStatement')
      return isSized(emptied.exec(source(node.consequent))?.[1], source(node.test))
    if (node.type === 'LogicalExpression')
      return isSized(emptied.exec(source(node.right))?.[1], source(node.left))
    if (node.type !== 'CallExpression' || node.callee?.property?.name !== 'delete') return false
    const map = source(node.callee.object)
    const what = source(node.arguments?.[0])
    return holders.has(`${/^\w+/.exec(what)?.[0]} of ${map}`) || firstIn(what) === map
  })
  return found.map(node => node.loc?.start.line ?? 0).sort((a, b) => a - b)
}

function holdersIn({ type, id, init }: Tree, source: (node?: Tree | null) => string): string[] {
  if (type !== 'VariableDeclarator') return []
  const whole = source(init)
  const map = firstIn(whole) ?? (id?.type === 'ArrayPattern' ? walking.exec(whole)?.[1] : undefined)
  return map === undefined ? [] : (source(id).match(/\w+/g) ?? []).map(name => `${name} of ${map}`)
}

function firstIn(expression: string): string | undefined {
  const way = firstOf.flatMap(first => first.exec(expression)?.[1] ?? [])[0]
  return way === undefined ? undefined : walking.exec(way)?.[1]
}

function walksWhileTooLarge(right: string, body: string): boolean {
  return isSized(walking.exec(right)?.[1], body) && /(?:delete|remove|forget|drop)\w*\(/.test(body)
}

function isSized(map: string | undefined, condition: string): boolean {
  return map !== undefined && condition.includes(`${map}.size`)
}

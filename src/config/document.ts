import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml'
import { brokenAliases } from './aliases.ts'
import { keepVarsAsWritten } from './as-written.ts'
import type { Path } from './check/mistake.ts'

/** A YAML file as plain data, with what it takes to say where a piece of it stands. */
export interface ConfigDocument {
  /** Undefined when the syntax is broken. */
  readonly value: unknown
  readonly mistakes: readonly LocatedMistake[]
  /** Where the value at a path stands, or its key; else the nearest thing above it. */
  locate(path: Path, atKey?: boolean): Position
}

export interface Position {
  readonly line: number
  readonly column: number
}

export interface LocatedMistake extends Position {
  readonly path: Path
  readonly message: string
}

/**
 * Reads YAML 1.2. The library's own search for duplicate keys is quadratic and costs half of the load
 * of a large file, so it is off and `duplicates` looks instead.
 */
export function readDocument(text: string): ConfigDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    uniqueKeys: false,
    // A host may be called 00123.
    stringKeys: true,
  })
  const locate = (path: Path, atKey = false) =>
    positionAt(lines, offsetOf(document, path, atKey) ?? 0)
  const syntax = document.errors.filter(isCause).map(error => ({
    ...positionAt(lines, error.pos[0]),
    path: [],
    message: syntaxMessage(error.message, lineAround(text, error.pos[0])),
  }))
  const repeated = duplicates(document.contents, []).map(({ offset, path, first }) => ({
    ...positionAt(lines, offset),
    path,
    message: `written twice; the first one is in line ${positionAt(lines, first).line}`,
  }))
  if (repeated.length > 0) joinRepeated(document.contents)
  // Few configs have any, and all others need not be walked through.
  const aliases = syntax.length === 0 && text.includes('*') ? brokenAliases(document) : []
  const dangling = aliases.map(({ offset, message }) => ({
    ...positionAt(lines, offset),
    path: [],
    message,
  }))
  // References to anchors may be as many as hosts: the file is the operator's own.
  const isReadable = syntax.length === 0 && dangling.length === 0
  const value = isReadable ? document.toJS({ maxAliasCount: -1 }) : undefined
  keepVarsAsWritten(document, value)
  return {
    value,
    mistakes: [...syntax, ...dangling, ...repeated],
    locate,
  }
}

/**
 * After a mistake the parser gives up on the document and trips over every token that follows. A map as a
 * key (`{{ host.name }}` without quotes) is said better by whoever wanted something else there.
 */
function isCause({ message }: Error, index: number): boolean {
  if (message.startsWith('With stringKeys')) return false
  return index === 0 || !/^Unexpected .* token in YAML stream/.test(message)
}

/** Braces of a template where YAML expects its own are what goes wrong most. */
function syntaxMessage(message: string, line: string): string {
  const hint = /\{[{%]/.test(line) ? '; text with {{ }} in it needs quotes here' : ''
  return `not valid YAML: ${message}${hint}`
}

function lineAround(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', start)
  return text.slice(start, end < 0 ? undefined : end)
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function offsetOf(document: Document, path: Path, atKey: boolean): number | undefined {
  let node: unknown = resolved(document, document.contents)
  let offset = startOf(node)
  for (const [depth, step] of path.entries()) {
    const wantsKey = atKey && depth === path.length - 1
    if (isMap(node)) {
      const pair = pairOf(node.items, String(step))
      if (!pair) return offset
      const value = startOf(pair.value)
      offset = wantsKey || isEmpty(pair.value) ? startOf(pair.key) : value
      node = resolved(document, pair.value)
      // What stands below a block map is looked for there, but its own place is its key.
      if (isMap(node) && !node.flow) offset = startOf(pair.key)
    } else if (isSeq(node) && typeof step === 'number') {
      const item: unknown = node.items[step]
      offset = startOf(item) ?? offset
      node = resolved(document, item)
    } else return offset
  }
  return offset
}

function pairOf(items: readonly Pair[], key: string): Pair | undefined {
  return items.findLast(({ key: k }) => isScalar(k) && keyText(k.value) === key)
}

function keyText(value: unknown): string {
  return value === null ? '' : String(value)
}

function resolved(document: Document, node: unknown): unknown {
  return node && typeof node === 'object' && 'resolve' in node
    ? (node as { resolve(d: Document): unknown }).resolve(document)
    : node
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0]
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null)
}

/**
 * Puts the maps of a key that is written twice together, for what is looked at besides: else all that the
 * first one says would be missed too.
 */
function joinRepeated(node: unknown): void {
  if (isSeq(node)) for (const item of node.items) joinRepeated(item)
  if (!isMap(node)) return
  const seen = new Map<string, unknown>()
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? keyText(key.value) : String(key)
    const first = seen.get(name)
    seen.set(name, value)
    if (isMap(first) && isMap(value)) value.items.unshift(...first.items)
    joinRepeated(value)
  }
}

interface Duplicate {
  readonly offset: number
  readonly first: number
  readonly path: Path
}

function duplicates(node: unknown, path: Path): Duplicate[] {
  if (isSeq(node)) return node.items.flatMap((item, i) => duplicates(item, [...path, i]))
  if (!isMap(node)) return []
  const found: Duplicate[] = []
  const seen = new Map<string, number>()
  for (const { key, value } of node.items) {
    const offset = startOf(key) ?? 0
    const text = isScalar(key) ? keyText(key.value) : String(key)
    const below = [...path, text]
    const first = seen.get(text)
    if (first === undefined) seen.set(text, offset)
    else found.push({ offset, first, path: below })
    if (!isScalar(value)) found.push(...duplicates(value, below))
  }
  return found
}

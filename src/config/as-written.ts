import { type Document, isAlias, isMap, isNode, isScalar, type Node, type Pair, visit } from 'yaml'

type Plain = { [key: string]: unknown }

/**
 * Puts numbers among the `vars` of profiles and hosts back as they were written, where the number would be
 * another text: 24.10, 00123, 1e3, 0x1F, and what is too long for a number. `value` is the document's.
 */
export function keepVarsAsWritten(document: Document, value: unknown): void {
  const follow = follower(document)
  for (const section of ['profiles', 'hosts']) {
    const plain = plainAt(value, section)
    for (const [name, node] of pairsOf(follow(nodeAt(document.contents, section)))) {
      const vars = plainAt(plainAt(plain, name), 'vars')
      if (vars) keepNumbers(vars, follow(nodeAt(follow(node), 'vars')), follow)
    }
  }
}

function keepNumbers(vars: Plain, node: unknown, follow: (node: unknown) => unknown): void {
  for (const [name, alias] of pairsOf(node)) {
    const scalar = follow(alias)
    if (!isScalar(scalar) || typeof scalar.value !== 'number') continue
    const { source } = scalar
    if (source !== undefined && source !== String(scalar.value)) vars[name] = source
  }
}

function pairsOf(node: unknown): [name: string, value: unknown][] {
  return isMap(node) ? node.items.map(pair => [nameOf(pair), pair.value]) : []
}

function nodeAt(node: unknown, name: string): unknown {
  return isMap(node) ? node.items.findLast(pair => nameOf(pair) === name)?.value : undefined
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : ''
}

function plainAt(value: unknown, name: string): Plain | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  const inner = (value as Plain)[name]
  return typeof inner === 'object' && inner !== null ? (inner as Plain) : undefined
}

/** What an alias stands for. The library's own `resolve` walks the whole document each time. */
function follower(document: Document): (node: unknown) => unknown {
  let targets: Map<unknown, unknown> | undefined
  return node => {
    if (!isAlias(node)) return node
    targets ??= targetsOf(document)
    return targets.get(node)
  }
}

/** An alias stands for the last node before it with its anchor. */
function targetsOf(document: Document): Map<unknown, unknown> {
  const anchors = new Map<string, Node>()
  const targets = new Map<unknown, unknown>()
  visit(document, (_, node) => {
    if (isAlias(node)) targets.set(node, anchors.get(node.source))
    else if (isNode(node) && 'anchor' in node && node.anchor) anchors.set(node.anchor, node)
  })
  return targets
}

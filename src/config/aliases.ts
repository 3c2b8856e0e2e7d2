import { type Document, isNode, visit } from 'yaml'

/**
 * Aliases that stand for nothing, with their offsets: the parser takes them, and throws when it makes data of
 * them; one inside of what it stands for would make data without an end.
 */
export function brokenAliases(document: Document): { offset: number; message: string }[] {
  const anchors = new Set<string>()
  const broken: { offset: number; message: string }[] = []
  visit(document, {
    Node(_key, node) {
      if ('anchor' in node && typeof node.anchor === 'string') anchors.add(node.anchor)
    },
    Alias(_key, { source, range }, path) {
      const isInside = path.some(
        above => isNode(above) && 'anchor' in above && above.anchor === source,
      )
      if (anchors.has(source) && !isInside) return
      const why = isInside
        ? 'stands inside of what it stands for'
        : `has no anchor &${source} before it`
      const hint = '; text that begins with * is written in quotes'
      broken.push({ offset: range?.[0] ?? 0, message: `the alias *${source} ${why}${hint}` })
    },
  })
  return broken
}

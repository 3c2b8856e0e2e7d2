/** A value as indented lines, the way the config is written: for reading, not for parsing. */
export function indentedLines(value: unknown): string {
  return linesOf(value, '').join('\n')
}

function linesOf(value: unknown, indent: string): string[] {
  if (!isTree(value)) return [indent + word(value)]
  const isList = Array.isArray(value)
  return Object.entries(value).flatMap(([key, inner]) => {
    const head = isList ? `${indent}-` : `${indent}${key}:`
    if (!isTree(inner)) return [`${head} ${word(inner)}`]
    if (isFlat(inner)) return [`${head} [${inner.map(word).join(', ')}]`]
    const lines = linesOf(inner, `${indent}  `)
    return isList ? [`${indent}- ${lines[0]?.trimStart()}`, ...lines.slice(1)] : [head, ...lines]
  })
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

function isFlat(value: object): value is unknown[] {
  return Array.isArray(value) && value.every(inner => !isTree(inner))
}

function word(value: unknown) {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}'
  return String(value)
}

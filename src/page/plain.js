/**
 * A value as indented lines, the way the config is written: for reading, not for parsing.
 * @param {unknown} value
 * @returns {string}
 */
export function plain(value) {
  return linesOf(value, '').join('\n')
}

/** @param {unknown} value @param {string} indent @returns {string[]} */
function linesOf(value, indent) {
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

/** @param {unknown} value @returns {value is object} */
function isTree(value) {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

/** @param {object} value @returns {value is unknown[]} */
function isFlat(value) {
  return Array.isArray(value) && value.every(inner => !isTree(inner))
}

/** @param {unknown} value */
function word(value) {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}'
  return String(value)
}

/**
 * The sha256 (lower-case hex) of a file in a list of checksums: the lines of `sha256sum`, of BSD's `--tag`, of a Debian
 * Release, of a `.treeinfo`, or the JSON of a GitHub release. Undefined where it is not in it, or in it twice with
 * different sums. Pure.
 */
export function sumIn(text: string, name: string): string | undefined {
  const found = new Set(text.trimStart().startsWith('{') ? inJson(text, name) : inLines(text, name))
  const [only, ...others] = found
  return others.length === 0 ? only : undefined
}

function inLines(text: string, name: string): string[] {
  return text.split(/\r?\n/).flatMap(line => {
    const [, sum, path] =
      /^\s*([0-9a-fA-F]{64})(?:\s+\d+)?\s+\*?(.+?)\s*$/.exec(line) ?? tagged(line) ?? []
    return sum !== undefined && path !== undefined && plain(path) === plain(name)
      ? [sum.toLowerCase()]
      : []
  })
}

function tagged(line: string): readonly string[] | undefined {
  const bsd = /^SHA256 \((.+)\) = ([0-9a-fA-F]{64})\s*$/.exec(line)
  const tree = /^(\S+)\s*=\s*sha256:([0-9a-fA-F]{64})\s*$/.exec(line)
  const [whole = '', path = '', sum = ''] = bsd ?? tree ?? []
  return whole === '' ? undefined : [whole, sum, path]
}

function plain(path: string): string {
  return path.replace(/^\.\//, '')
}

function inJson(text: string, name: string): string[] {
  try {
    const { assets = [] } = JSON.parse(text) as { assets?: { name?: unknown; digest?: unknown }[] }
    return assets.flatMap(({ name: its, digest }) => {
      const [, sum] = /^sha256:([0-9a-f]{64})$/.exec(String(digest)) ?? []
      return its === name && sum !== undefined ? [sum] : []
    })
  } catch {
    return []
  }
}

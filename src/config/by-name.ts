/** What a map of the config holds by its names, without those that are wrong. */
export function resolveByName<Raw, T>(
  raw: Readonly<Record<string, Raw>>,
  resolve: (name: string, raw: Raw) => T | undefined,
): Map<string, T> {
  const resolved = Object.entries(raw).flatMap(([name, one]) => {
    const found = resolve(name, one)
    return found ? [[name, found] as const] : []
  })
  return new Map(resolved)
}

import type { Host } from './host.ts'

/** The host once for each way to its power, in their order: with that way alone. */
export function throughEach(host: Host): Host[] {
  const { power } = host
  if (!power) return []
  const { otherwise = [], ...first } = power
  return [first, ...otherwise].map(link => ({ ...host, power: link }))
}

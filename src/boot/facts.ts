/** Bytes of a machine's facts as JSON, and names at their top: enough for a shelf of a hundred disks. */
const longest = 16 * 1024
const most = 256
const deepest = 64

/**
 * Why facts are not kept, as the end of a sentence; undefined where they are. They are kept whole or not
 * at all: half of them would be another truth.
 */
export function whyNoFacts(facts: object): string | undefined {
  const names = Object.keys(facts).length
  if (names > most) return `${names} facts were left out: at most ${most} are kept`
  // What is nested deeper could not be written as JSON again.
  if (!isShallow(facts, deepest)) return 'its facts were left out: they are nested too deep'
  const bytes = new TextEncoder().encode(JSON.stringify(facts)).length
  if (bytes <= longest) return undefined
  return `${Math.ceil(bytes / 1024)} KiB of facts were left out: at most ${longest / 1024} KiB are kept`
}

function isShallow(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return left > 0 && Object.values(value).every(inner => isShallow(inner, left - 1))
}

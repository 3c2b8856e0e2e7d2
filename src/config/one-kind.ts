import { placesOf, type Report } from './check/mistake.ts'

interface KindWords {
  readonly path: readonly string[]
  /** What it is: `a callback`. */
  readonly what: string
  /** What is said where it has none of the keys: `says nothing to do`. */
  readonly nothing: string
}

/** Whether something of the config has exactly one of these keys; else that is reported. */
export function isOneKind<Kind extends string>(
  raw: Readonly<Partial<Record<Kind, unknown>>>,
  kinds: readonly Kind[],
  { path, what, nothing }: KindWords,
  report: Report,
): boolean {
  const [first, second] = kinds.filter(kind => raw[kind] !== undefined)
  const either = kinds.map(kind => `\`${kind}\``).join(' or ')
  if (first === undefined)
    report(path, `${nothing}: write ${either}`, false, placesOf(path, ...kinds))
  if (second !== undefined)
    report([...path, second], `${what} is either ${either}; make it two`, true)
  return first !== undefined && second === undefined
}

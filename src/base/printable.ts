/**
 * Text from the wire as it may stand in logs, terminals and pages. What moves the cursor, ends a line or
 * turns the direction of the text (CVE-2021-42574) is never shown as it is. Everybody who reads such a text
 * calls one of these where it is read; `wire/syslog-message.ts`, which imports nothing, does it by itself.
 */

/** Controls, line and paragraph separators, direction marks; what joins emoji stays. */
export const unsafeToShow = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu
/** All that has no shape, in a row. */
const shapeless = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu
/** Colours and cursor movements (ECMA-48 section 5.4), and titles and links, which end in BEL or ST. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const escapes = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)/g

/** The text with `?` for each letter that would move something: a name stays as long as it was. */
export function printable(text: string): string {
  return text.replace(unsafeToShow, '?')
}

/** The text as one trimmed line, with a space for what has no shape. */
export function oneLine(text: string): string {
  return text.replace(shapeless, ' ').trim()
}

/** A line that a program wrote for a terminal: without its colours, with spaces for its tabs. */
export function lineOfProgram(line: string): string {
  return printable(line.replace(escapes, '').replaceAll('\t', ' '))
}

/** Facts of a machine: every text in them, and every name, as one line. They are nested as deep as JSON may be. */
export function printableFacts<T>(facts: T): T
export function printableFacts(facts: unknown): unknown {
  if (typeof facts === 'string') return oneLine(facts)
  if (Array.isArray(facts)) return facts.map(fact => printableFacts(fact))
  if (typeof facts !== 'object' || facts === null) return facts
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [oneLine(name), printableFacts(fact)]),
  )
}

/** A text in quotes: JSON escapes some of what moves a cursor, and leaves the rest as it is. */
export function quotedText(text: string): string {
  return printable(JSON.stringify(text))
}

import { appendFileSync } from 'node:fs'

/** Where an outline is written, one line for each thing that was found. */
export const outlineVariable = 'BOOTWRIGHT_OUTLINE'

/** Writes down what a program found (codes, kinds, states, data; no sentence) if somebody asks for it. */
export function note(what: string, found: unknown): void {
  const file = process.env[outlineVariable]
  if (file !== undefined) appendFileSync(file, `${JSON.stringify([what, found])}\n`)
}

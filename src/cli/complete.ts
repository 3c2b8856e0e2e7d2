import { printable } from '../base/printable.ts'
import type { CommandSpec } from './args.ts'
import { candidatesFor } from './candidates.ts'
import { exit, type Io } from './io.ts'
import { knownNames } from './known-names.ts'

/** What the scripts of the shells ask: a line for each candidate, `:files` where files can stand too. */
export async function complete(
  [, ...words]: readonly string[],
  io: Io,
  all: readonly CommandSpec[],
): Promise<number> {
  const { words: found, names, files } = candidatesFor(words, all)
  const last = words.at(-1) ?? ''
  for (const { word, help } of found) io.stdout.write(`${printable(word)}\t${printable(help)}\n`)
  for (const name of names ? (await knownNames(words, io))[names.list] : []) {
    const word = names?.before + name
    if (word.startsWith(last)) io.stdout.write(`${printable(word)}\t\n`)
  }
  if (files) io.stdout.write(':files\n')
  return exit.done
}

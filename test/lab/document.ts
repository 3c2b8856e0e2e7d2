import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A piece of a document that somebody does who reads it: a command line, or a config to write. */
export type Step =
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'config'; readonly text: string }

/**
 * What a document says to do from one heading to another, in its order: the command lines of its blocks
 * without a language, those in YAML, and commands of ours in the middle of a sentence. A block of another
 * language (`text`, `cron`) is to be read.
 */
export function stepsOf(file: string, from: string, to?: string): Step[] {
  const text = `\n${readFileSync(join(root, file), 'utf8')}`
  const start = text.indexOf(`\n${from}\n`)
  const end = to === undefined ? text.length : text.indexOf(`\n${to}\n`)
  if (start < 0 || end < 0) throw new Error(`${file} has no ${start < 0 ? from : to}`)
  const piece = text.slice(start, end)
  const found = piece.matchAll(
    /^```(\w*)\n(.*?)^```$|`((?:sudo )?(?:npx )?bootwright [a-z][^`\n]*)`/gms,
  )
  return [...found].flatMap(([, language, block = '', inline]): Step[] => {
    if (inline !== undefined) return [{ kind: 'command', line: inline }]
    if (language === 'yaml') return [{ kind: 'config', text: block }]
    if (language !== '') return []
    return commandsOf(block).map(line => ({ kind: 'command', line }))
  })
}

/** Lines that go on in the next are one; comments are gone. */
function commandsOf(block: string): string[] {
  const lines = block.replaceAll('\\\n', ' ').split('\n')
  return lines.map(line => line.replace(/\s#.*$/, '').trim()).filter(line => line !== '')
}

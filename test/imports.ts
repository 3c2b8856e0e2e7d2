import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Static imports and re-exports, imports for effect, and dynamic ones. */
const importing = [
  /^(?:import|export)\b[^'"]*?\bfrom\s*['"]([^'"\n]+)['"]/gm,
  /^import\s*['"]([^'"\n]+)['"]/gm,
  /\bimport\(\s*['"]([^'"\n]+)['"]/g,
]

/** What the text of a module imports, as it is written there. */
export function importsOf(text: string): string[] {
  return importing.flatMap(kind => [...text.matchAll(kind)].flatMap(([, from]) => from ?? []))
}

/** Whether a module, or one that it imports, can start another program. */
export function startsPrograms(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file)) return false
  seen.add(file)
  return importsOf(readFileSync(file, 'utf8')).some(from => {
    if (from === 'node:child_process') return true
    return /^\.{1,2}\/.*\.ts$/.test(from) && startsPrograms(join(dirname(file), from), seen)
  })
}

/** What a test file does, as it is loaded, to all tests of its process: to its root, or to the process itself. */
const forAll =
  /^(?![ /*]).*\b(?:makeFolder|testdir|setTimeout|beforeEach|afterEach|mock\.\w+\.enable)\(|^process\.env\.\w+ = /m

/** Whether a test file can share its process with others. */
export function sharesProcess(file: string): boolean {
  return !startsPrograms(file) && !forAll.test(readFileSync(file, 'utf8'))
}

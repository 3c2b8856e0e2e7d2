import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('fixtures/', import.meta.url)

/** The expected text of a fixture; with UPDATE_GOLDEN=1 the found text is written there first. */
export function golden(file: string, found: string): string {
  const path = new URL(file, folder)
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, found)
  return existsSync(path) ? readFileSync(path, 'utf8') : `no ${file}: run with UPDATE_GOLDEN=1\n`
}

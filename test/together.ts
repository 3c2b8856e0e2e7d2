import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { filesVariable } from './run-files.ts'

/**
 * Runs the test files that it is told in one process, all loaded before the first test begins: of a short
 * one most of the time would be Node and tap starting.
 */
t.before(async () => {
  const files = process.env[filesVariable]?.split('\n') ?? []
  for (const file of files) await import(pathToFileURL(resolve(file)).href)
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import type { Config } from '../../src/config/config.ts'
import { formatProblem, loadConfig } from '../../src/config/load.ts'
import { makeFolder } from '../folder.ts'

/** Writes a config and the files beside it, and loads it. */
export function load(t: Test, yaml: string, files: Readonly<Record<string, string>> = {}) {
  const folder = makeFolder(t, { 'config.yaml': yaml })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return { folder, ...loadConfig(join(folder, 'config.yaml')) }
}

/** The errors as an operator reads them, without the name of the file. */
export function errors(t: Test, yaml: string, files: Readonly<Record<string, string>> = {}) {
  return load(t, yaml, files)
    .problems.filter(({ severity }) => severity === 'error')
    .map(problem => formatProblem('c', problem).replaceAll(t.testdirName, '.'))
}

/** The config of a file that must be right. */
export function right(
  t: Test,
  yaml: string,
  files: Readonly<Record<string, string>> = {},
): Config & { folder: string } {
  const { config, problems, folder } = load(t, yaml, files)
  if (!config) throw new Error(problems.map(problem => formatProblem('c', problem)).join('\n'))
  return { ...config, folder }
}

/** The start of most configs here. */
export const lan = 'networks: { lan: {} }\n'

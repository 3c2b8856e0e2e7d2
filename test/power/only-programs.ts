import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'

/** Only these programs are there from now on, until the end of the test. */
export function onlyPrograms(t: Test, fill: (folder: string) => void): void {
  mkdirSync(t.testdirName, { recursive: true })
  const folder = mkdtempSync(join(t.testdirName, 'bin-'))
  fill(folder)
  const { PATH } = process.env
  t.teardown(() => Object.assign(process.env, { PATH }))
  process.env.PATH = folder
}

import type { Test } from 'tap'

/**
 * A folder of a test's own; returns its path. It is there until all teardowns have run: tap removes what
 * `testdir` makes before those teardowns that are asked for after it, under a daemon that still writes.
 */
export function makeFolder(
  t: Pick<Test, 'testdir' | 'teardown'>,
  content: Parameters<Test['testdir']>[0] = {},
): string {
  t.teardown(() => {})
  return t.testdir(content)
}

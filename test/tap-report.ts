/** What a run of tests came to. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  /** Name and reason of each. */
  readonly skipped: readonly string[]
}

/** Reads the raw TAP of tap 21, which ends with `# { total: 5, pass: 2, fail: 1, skip: 2 }`. */
export interface TapReport {
  take(line: string): void
  /** A run without assertions failed, and so did one that reports no failure and yet exits with one. */
  counts(exitCode: number): Counts
}

/** Shows one line for each file that passed and everything of a file that did not. */
export function createTapReport(name: string, say: (line: string) => void): TapReport {
  let file: string[] = []
  let failing = false
  let totals = ''
  const skipped: string[] = []
  return {
    take: line => {
      if (/^# \{ total: \d+/.test(line)) totals = line
      skipped.push(...skipOf(line))
      const end = /^(not ok|ok) \d+ - .*/.exec(line)
      // The reasons of a failure follow its line.
      if (failing && /^ {2}/.test(line)) say(line)
      else if (end === null) file.push(line)
      if (end === null) return
      failing = end[1] === 'not ok'
      for (const each of failing ? [...file, line] : [line]) say(each)
      file = []
    },
    counts: exitCode => countsOf(name, totals, skipped, exitCode),
  }
}

/** All of them together. */
export function sum(counts: readonly Counts[]): Counts {
  return {
    passed: counts.reduce((total, { passed }) => total + passed, 0),
    failed: counts.reduce((total, { failed }) => total + failed, 0),
    skipped: counts.flatMap(({ skipped }) => skipped),
  }
}

function countsOf(name: string, totals: string, skipped: string[], exitCode: number): Counts {
  const count = (word: string) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(totals)?.[1] ?? 0)
  const failed = count('fail')
  const empty = count('total') === 0
  const silent = failed === 0 && (exitCode !== 0 || empty)
  return {
    passed: count('pass'),
    failed: silent ? 1 : failed,
    skipped: empty ? [...skipped, `${name}: nothing ran`] : skipped,
  }
}

function skipOf(line: string): string[] {
  const match = /^\s*ok \d+ - (.*?) # SKIP ?(.*)$/.exec(line)
  return match === null ? [] : [`${match[1]}: ${match[2] || 'no reason given'}`]
}

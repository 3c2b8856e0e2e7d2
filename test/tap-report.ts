/** What a run of tests came to. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  /** Name and reason of each. */
  readonly skipped: readonly string[]
}

/** Reads the TAP that a test file of tap 21 writes, which ends with `# { total: 5, pass: 2, fail: 1, skip: 2 }`. */
export interface TapReport {
  take(line: string): void
  /** Everything so far. */
  readonly lines: readonly string[]
  /** A file without assertions failed unless it says why it has none, and so did one that reports no failure and yet ends with another code than 0. */
  counts(exitCode: number): Counts
}

/** A report of one file. */
export function createTapReport(file: string): TapReport {
  let totals = ''
  let why: string | undefined
  const lines: string[] = []
  const skipped: string[] = []
  return {
    lines,
    take: line => {
      lines.push(line)
      if (/^# \{ total: \d+/.test(line)) totals = line
      why ??= /^1\.\.0 # (.*)$/.exec(line)?.[1]
      skipped.push(...skipOf(line))
    },
    counts: exitCode => {
      if (why === undefined || exitCode !== 0) return countsOf(file, totals, skipped, exitCode)
      return { passed: 0, failed: 0, skipped: [`${file}: ${why}`] }
    },
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

function countsOf(file: string, totals: string, skipped: string[], exitCode: number): Counts {
  const count = (word: string) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(totals)?.[1] ?? 0)
  const failed = count('fail')
  const empty = count('total') === 0
  const silent = failed === 0 && (exitCode !== 0 || empty)
  return {
    passed: count('pass'),
    failed: silent ? 1 : failed,
    skipped: empty ? [...skipped, `${file}: nothing ran`] : skipped,
  }
}

function skipOf(line: string): string[] {
  const match = /^\s*ok \d+ - (.*?) # SKIP ?(.*)$/.exec(line)
  return match === null ? [] : [`${match[1]}: ${match[2] || 'no reason given'}`]
}

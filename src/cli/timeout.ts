import { durationPattern, parseDuration } from '../base/units.ts'
import type { Values } from './args.ts'
import { exit, Failure } from './io.ts'

/** The milliseconds of `--timeout`, if it is given. A timer of Node takes 24 days at most. */
export function readTimeout(values: Values): number | undefined {
  const text = values.text('timeout')
  if (text === undefined) return undefined
  const ms = new RegExp(durationPattern).test(text) ? parseDuration(text) * 1000 : Number.NaN
  if (ms <= 2 ** 31 - 1) return ms
  throw new Failure(`--timeout is a time such as 90s, 45m or 2h, not "${text}"`, exit.usage)
}

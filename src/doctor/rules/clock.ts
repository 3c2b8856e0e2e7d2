import { span } from '../../base/span.ts'
import type { Rule } from '../case.ts'
import { lastOf, seen } from '../evidence.ts'
import type { Step } from '../step.ts'

/** Certificates and package lists are refused beyond it. */
const most = 300

/** The machine's clock is wrong, by its own word or by what its installer complains about; or ours is. */
export const clock: Rule = ({ steps, now }) => {
  const said = lastOf(steps, 'phone-home', ({ skew }) => skew !== undefined)
  const skew = said?.skew ?? 0
  const complaint = steps.findLast(step => step.saysClock)
  const back = stepBack(steps)
  const evidence = [
    ...(said && Math.abs(skew) > most
      ? [
          `${seen(said, now)}: its clock was ${span(Math.abs(skew) * 1000)} ${skew < 0 ? 'behind' : 'ahead'}`,
        ]
      : []),
    ...(complaint ? [seen(complaint, now)] : []),
    ...(back ? [`this server’s own clock was set back by ${span(back)}`] : []),
  ]
  if (evidence.length === 0) return undefined
  const ours = evidence.length === 1 && back !== undefined
  return {
    id: 'clock',
    title: ours ? 'The clock of this server was set back' : 'The clock of the machine is wrong',
    evidence,
    advice: ours
      ? 'Keep this server’s clock right (systemd-timesyncd, chrony): times in the timeline are not in order.'
      : 'Certificates and package lists are refused with a wrong clock. Set it in the firmware’s setup, replace the battery, or give the network time servers (`ntp`) and let the installer set its clock first.',
  }
}

/** By how many milliseconds the times of the story go backwards, if by more than a minute. */
function stepBack(steps: readonly Step[]): number | undefined {
  let most = 0
  for (const [n, step] of steps.entries())
    most = Math.max(most, (steps[n - 1]?.lastAt ?? 0) - step.at)
  return most > 60_000 ? most : undefined
}

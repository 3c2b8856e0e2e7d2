import { gaveSign } from '../../boot/life.ts'
import type { Rule } from '../case.ts'
import { fetchedLoader, seen, timesOf } from '../evidence.ts'
import type { Step } from '../step.ts'

/** A loader may try a second time. */
const many = 3

/**
 * Its loader fetches one file again and again and goes no further. Seen with `initrd=NAME` on the command
 * line: PXELINUX takes it for the initrd to fetch, and the kernel's UEFI stub looks for it in vain.
 */
export const fetchLoop: Rule = ({ host, life, steps, now }) => {
  // A disc is read in many pieces.
  if (gaveSign(life) || host.profile?.kind === 'iso') return undefined
  const downloads = steps.filter(step => step.kind !== 'other' || step.of !== 'progress')
  const file = fileOf(downloads.at(-1))
  if (file === undefined) return undefined
  const start = downloads.findLastIndex(step => fileOf(step) !== file)
  const same = downloads.slice(start + 1)
  const times = timesOf(same)
  if (times < many) return undefined
  return {
    id: 'fetch-loop',
    title: `It fetched ${file} ${times} times in a row, and nothing else`,
    evidence: same.slice(-3).map(step => seen(step, now)),
    advice:
      'Its loader has the file and cannot go on. Take `initrd=` and whatever else names a file for the loader out of `cmdline` (`bootwright check` tells), see that the file is whole and made for this machine, or give the host another loader (`loader`).',
  }
}

/** The URL of what a loader fetched to its end; no loader itself. */
function fileOf(step: Step | undefined): string | undefined {
  if (step?.kind !== 'asset' || step.code !== 'sent') return undefined
  return fetchedLoader(step) === undefined ? step.url : undefined
}

import type { Rule } from '../case.ts'
import { after, allOf, fetchedLoader, lastOf, seen } from '../evidence.ts'

/** A file that it needs is not there. */
export const missingFile: Rule = ({ steps, missing, now }) => {
  const told = lastOf(steps, 'dhcp', step => step.boot === 'load')?.file
  // Loaders look for dozens of names over TFTP; only the one that they were told to load must be there.
  const refused = allOf(
    steps,
    'tftp',
    ({ code, name, why }) =>
      code === 'refused' && name === told && why !== undefined && why.code === 'file-missing',
  )
  const unserved = allOf(steps, 'asset', step => step.code === 'missing')
  const last = [...refused, ...unserved].toSorted((a, b) => b.lastAt - a.lastAt)[0]
  const mended = last && after(steps, last).some(step => isSame(last, step))
  const asked = last && !mended ? [...refused, ...unserved].slice(-3) : []
  if (missing.length === 0 && asked.length === 0) return undefined
  const [first] = missing
  const name = last && ('url' in last ? last.url : last.name)
  return {
    id: 'missing-file',
    title:
      first === undefined
        ? `It asked for ${name}, which is not there`
        : `Its profile needs a file that is not there: ${first}`,
    evidence: [...missing, ...asked.map(step => seen(step, now))],
    advice:
      'Put the file where the config says, or correct its path in the profile (kernel and initrd start at `assets`), then ask for the install again.',
  }
}

/** The same file, sent after all. */
function isSame(
  refused: { readonly url?: string; readonly name?: string },
  step: Parameters<typeof fetchedLoader>[0],
) {
  if (step.kind === 'asset') return step.code === 'sent' && step.url === refused.url
  return refused.name !== undefined && fetchedLoader(step) === refused.name
}

import { span } from '../base/span.ts'
import type { Step, StepOf } from './step.ts'

/** A line of the timeline as evidence: `3 min ago: TFTP: ipxe.efi sent (2 times)`. */
export function seen(step: Step, now: number): string {
  const times = step.count > 1 ? ` (${step.count} times)` : ''
  return `${ago(now - step.lastAt)}: ${step.text}${times}`
}

/** `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function ago(ms: number): string {
  return `${span(ms)} ago`
}

/** The last step of a kind that fits, if any. */
export function lastOf<K extends Step['kind']>(
  steps: readonly Step[],
  kind: K,
  fits: (step: StepOf<K>) => boolean = () => true,
): StepOf<K> | undefined {
  return steps.findLast((step): step is StepOf<K> => step.kind === kind && fits(step as StepOf<K>))
}

/** All steps of a kind that fit. */
export function allOf<K extends Step['kind']>(
  steps: readonly Step[],
  kind: K,
  fits: (step: StepOf<K>) => boolean = () => true,
): StepOf<K>[] {
  return steps.filter((step): step is StepOf<K> => step.kind === kind && fits(step as StepOf<K>))
}

/** What came behind a step. */
export function after(steps: readonly Step[], step: Step): readonly Step[] {
  return steps.slice(steps.indexOf(step) + 1)
}

/** How often something was seen, equal lines in a row counted each. */
export function timesOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { count }) => sum + count, 0)
}

/** Whether the machine's iPXE, or another loader, has come to life: it asked for anything by itself. */
export function isAlive(step: Step): boolean {
  switch (step.kind) {
    case 'dhcp':
      return step.stage === 'ipxe'
    case 'script':
    case 'phone-home':
      return true
    case 'asset':
      return !isLoaderUrl(step.url)
    case 'tftp':
      return true
    case 'foreign':
    case 'state':
    case 'power':
    case 'line':
    case 'other':
      return false
  }
}

/** The name of a loader that was fetched to its end, by TFTP or HTTP Boot. */
export function fetchedLoader(step: Step): string | undefined {
  if (step.kind === 'tftp' && step.code === 'done') return step.name
  if (step.kind === 'asset' && step.code === 'sent' && isLoaderUrl(step.url)) {
    return decodeURIComponent(step.url.slice(step.url.lastIndexOf('/') + 1))
  }
  return undefined
}

function isLoaderUrl(url: string): boolean {
  return url.startsWith('/loaders/')
}

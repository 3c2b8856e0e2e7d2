import type { HostEvent } from '../../api/events.ts'
import type { Chapter, StoryStep } from './chapter.ts'
import { contentOfLine, readEvent } from './read-event.ts'

const wish = 'Install asked for'
export const boot = 'Network boot'
/** Firmware gives up asking after about a minute; milliseconds. */
const longestAsking = 90_000
/** What is written line by line: shown as it was written. */
const written = ['output', 'syslog']
const fetching = ['tftp', 'asset', 'script', 'file']

/**
 * A timeline as a story: chapters that begin with a wish or with a boot, in each the steps with the
 * time that passed before them. Output and progress that follow each other are one step.
 * Both are oldest first.
 */
export function chaptersOf(events: readonly HostEvent[]): Chapter[] {
  const chapters: Chapter[] = []
  for (const event of events) {
    const title = titleOf(event, chapters.at(-1))
    if (title !== undefined || chapters.length === 0) {
      chapters.push({ id: event.id, title: title ?? 'Before', at: event.at, steps: [] })
    }
    const chapter = chapters.at(-1)
    if (chapter && !joins(event, chapter.steps.at(-1))) chapter.steps.push(stepOf(event, chapter))
  }
  return chapters
}

/**
 * What begins with this event, if anything: an install when it is asked for, a boot when the firmware
 * is heard. It asks more than once; what it fetched since, or a long silence, tells one boot from the next.
 */
function titleOf(event: HostEvent, chapter: Chapter | undefined) {
  if (event.kind === 'state' && event.code === 'pending') return wish
  if (!isPowerOn(event)) return undefined
  const told = chapter?.steps.flatMap(({ events }) => events) ?? []
  const before = told.findLast(isPowerOn)
  if (!before || Date.parse(event.at) - Date.parse(before.at) > longestAsking) return boot
  return told.slice(told.indexOf(before)).some(({ kind }) => fetching.includes(kind))
    ? boot
    : undefined
}

export function isPowerOn(event: HostEvent) {
  const content = contentOfLine(event)
  if (content?.kind !== 'dhcp' || content.code === 'foreign') return false
  const { asked, stage } = content.data
  return asked === 'discover' && (stage === 'firmware' || stage === 'http-firmware')
}

function stepOf(event: HostEvent, chapter: Chapter): StoryStep {
  const before = chapter.steps.at(-1)?.events.at(-1)
  const after = Date.parse(event.at) - Date.parse(before?.at ?? event.at)
  return {
    id: event.id,
    at: event.at,
    after,
    kind: event.kind,
    line: readEvent(event),
    output: written.includes(event.kind) ? [event.text] : [],
    percent: percentOf(event),
    count: event.count,
    events: [event],
  }
}

/** Whether the step before takes this event in. */
function joins(event: HostEvent, step: StoryStep | undefined) {
  if (step?.kind !== event.kind) return false
  const isOutput = written.includes(event.kind)
  const percent = percentOf(event)
  if (!isOutput && (percent === undefined || step.percent === undefined)) return false
  step.events.push(event)
  if (isOutput) step.output.push(event.text)
  else Object.assign(step, { line: readEvent(event), percent })
  return true
}

function percentOf(event: HostEvent) {
  const content = contentOfLine(event)
  return content?.kind === 'phone-home' && content.code === 'progress'
    ? content.data.percent
    : undefined
}

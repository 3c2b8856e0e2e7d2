import { setTimeout as delay } from 'node:timers/promises'
import type { DrainAnswer } from '../api/daemon.ts'
import { printable } from '../base/printable.ts'
import { drainSpec } from './api-specs.ts'
import { type Call, runApiCommand, writeJson } from './command.ts'
import { exit, Failure, type Io } from './io.ts'
import { readTimeout } from './timeout.ts'

/** Milliseconds between two looks at what still runs. */
const lookEvery = 1000

/** `bootwright drain`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(drainSpec, argv, io, async call => {
    const timeout = readTimeout(call.values)
    if (call.values.has('end')) return endDrain(call, timeout)
    const answer = await waitForRunning(call, timeout)
    if (call.values.has('json')) writeJson(io, answer)
    else io.stdout.write(`${textOf(answer)}\n`)
    return answer.running.length === 0 ? exit.done : exit.no
  })
}

async function endDrain({ api, io, values }: Call, timeout: number | undefined): Promise<number> {
  if (timeout !== undefined) throw new Failure('--end waits for nothing', exit.usage)
  const answer = await api.post<DrainAnswer>('/api/v1/drain', { end: true })
  if (values.has('json')) writeJson(io, answer)
  else io.stdout.write('deploys start again\n')
  return exit.done
}

/** Says what is waited for, whenever that changes. */
async function waitForRunning({ api, io }: Call, timeout = Number.POSITIVE_INFINITY) {
  const until = performance.now() + timeout
  let answer = await api.post<DrainAnswer>('/api/v1/drain', {})
  let said = ''
  while (answer.running.length > 0 && performance.now() < until && !io.signal?.aborted) {
    const text = `waiting for ${namesOf(answer)}`
    if (text !== said) io.stderr.write(`${text}\n`)
    said = text
    const pause = Math.min(lookEvery, until - performance.now())
    await delay(pause, undefined, io.signal && { signal: io.signal }).catch(() => undefined)
    answer = await api.get<DrainAnswer>('/api/v1/drain')
  }
  return answer
}

function textOf(answer: DrainAnswer): string {
  if (answer.running.length > 0) return `still running: ${namesOf(answer)}`
  const waiting = answer.waiting.length
  const later = waiting === 0 ? '' : `; ${waiting} wait for their turn until deploys start again`
  return `drained: no command runs, and no deploy is started${later}`
}

function namesOf({ running }: DrainAnswer): string {
  return running
    .map(({ host, callback }) => `${printable(callback)} of ${printable(host)}`)
    .join(', ')
}

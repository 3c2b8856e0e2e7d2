import { useState } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import type { PowerAnswer, PowerBody, PowerResult } from '../../api/power.ts'
import { countOf } from '../../base/amount.ts'
import { useTools } from '../daemon/context.ts'

export type Switching = PowerBody['verb']

/** Hosts of one request: it is answered when all of them are as they should be. */
const together = 20

/** Does it to the power of these hosts, some at a time; what came of it is told also when nobody looks any more. */
export function usePower(hosts: readonly HostRow[]) {
  const { api, toast } = useTools()
  const [done, setDone] = useState<number | undefined>()
  const names = hosts.map(({ name }) => name)
  const run = async (verb: Switching) => {
    const results: PowerResult[] = []
    setDone(0)
    try {
      while (results.length < names.length) {
        const some = names.slice(results.length, results.length + together)
        results.push(...(await api.post<PowerAnswer>('/power', { verb, hosts: some })).results)
        setDone(results.length)
      }
      toast(
        summary(verb, results),
        results.some(({ ok }) => !ok),
      )
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), true)
    }
  }
  return { run, done }
}

const pasts: Readonly<Record<Switching, string>> = {
  on: 'Switched on',
  off: 'Switched off',
  cycle: 'Reset',
}

function summary(verb: Switching, results: readonly PowerResult[]) {
  const good = results.filter(({ ok }) => ok)
  const [bad, ...more] = results.filter(({ ok }) => !ok)
  const whom = good.length === 1 ? good[0]?.host : countOf(good.length, 'host')
  const told = good.length === 0 ? '' : `${pasts[verb]}: ${whom}. `
  if (!bad) return told.trim()
  return `${told}${bad.host}: ${bad.reason}${more.length > 0 ? `; ${more.length} more` : ''}`
}

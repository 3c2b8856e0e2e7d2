import type { Test } from 'tap'
import type { Host } from '../../src/boot/host.ts'
import type { HostPower, PowerWay } from '../../src/boot/power.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { powerContext } from '../../src/config/template/context.ts'
import { renderText } from '../../src/config/template/template.ts'
import { createPowerDesk, type PowerDeskDeps, type PowerOutcome } from '../../src/power/desk.ts'

/** A machine with this way to its power. */
export function machine(name: string, power: HostPower | undefined, vars: Host['vars'] = {}): Host {
  return { name, nics: [], tags: [], vars, ...(power && { power }) }
}

/** The desk with these ways. Time passes only while somebody rests. */
export function openDesk(t: Test, ways: readonly PowerWay[], more: Partial<PowerDeskDeps> = {}) {
  const clock = { now: 0 }
  const end = new AbortController()
  t.teardown(() => end.abort())
  const desk = createPowerDesk({
    way: name => ways.find(way => way.name === name),
    context: powerContext,
    render: renderText,
    pins: { get: () => undefined, keep: () => {} },
    powerUp: () => 20,
    signal: end.signal,
    now: () => clock.now,
    wallClock: () => clock.now,
    wake: async () => {},
    takeOver: async () => undefined,
    rest: async ms => {
      clock.now += ms
    },
    ...more,
  })
  return { desk, clock, end }
}

/** What came of it, as people read it. */
export function said(outcome: PowerOutcome): string {
  return outcome.ok ? outcome.state : sentenceOf(outcome.why)
}

import { agentConsoles } from './agent.ts'
import type { Config } from './config.ts'
import { type ProfileContext, resolveProfiles } from './profiles.ts'

/** What `bootwright erase` and `bootwright capture` boot: no profiles of the config, so that nobody has to write them. */
export function resolveAgents(around: ProfileContext): Pick<Config, 'eraser' | 'capturer'> {
  const eraser = resolveProfiles({ erase: { erase: {} } }, around).get('erase')?.profile
  if (!eraser) return {}
  // The same agent with the same clocks: reading a large disk takes a day too.
  const { erase: _, ...agent } = eraser
  const cmdline = `${agentConsoles} agent=capture`
  return { eraser, capturer: { ...agent, name: 'capture', cmdline } }
}

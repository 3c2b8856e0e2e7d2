import type { CommandWay } from '../boot/power.ts'
import { type Power, PowerError, type PowerTarget, rendered, type WayDeps } from './power.ts'
import { runProgram } from './program.ts'
import { stateIn } from './state-in.ts'

/** Power by programs of the operator's own: virsh, a tool of a PDU, a script. */
export function commandPower(way: CommandWay, target: PowerTarget, deps: WayDeps): Power {
  const { cycle, status, netboot, timeout, cwd, pause } = way
  const run = async (templates: readonly string[]): Promise<string> => {
    const args = templates.map(template => rendered(template, target, deps))
    const ran = await runProgram(args, { timeout, cwd, signal: deps.signal })
    if (ran.ok) return ran.stdout
    throw new PowerError({ code: 'power-program', program: args[0] ?? '', error: ran.error })
  }
  const state = async () => (status ? stateIn(await run(status)) : 'unknown')
  const bring = async (wanted: 'on' | 'off') => {
    const refused = await run(way[wanted]).then(
      () => undefined,
      (error: Error) => error,
    )
    // virsh and its like refuse what is so already.
    if (refused && (await state().catch(() => 'unknown')) !== wanted) throw refused
  }
  return {
    status: state,
    on: () => bring('on'),
    off: () => bring('off'),
    ...(cycle && {
      async cycle() {
        await run(cycle)
        return true
      },
    }),
    ...(netboot && {
      async netboot() {
        await run(netboot)
        return undefined
      },
    }),
    pause,
  }
}

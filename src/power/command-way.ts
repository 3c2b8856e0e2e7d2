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
  return {
    status: async () => (status ? stateIn(await run(status)) : 'unknown'),
    async on() {
      await run(way.on)
    },
    async off() {
      await run(way.off)
    },
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

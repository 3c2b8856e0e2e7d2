import type { DrainAnswer } from '../api/daemon.ts'
import type { Log } from '../base/log.ts'
import type { Delivery } from '../boot/install.ts'
import type { DaemonMemory } from '../store/memory.ts'

/** Whether deploys are started, and what would end with the daemon. */
export interface Drain {
  state(): DrainAnswer
  set(on: boolean): void
  /** How many deploys work at the same time, of those that the config allows. */
  places(allowed: number): number
  /** What operators are to know of it. */
  notices(): readonly string[]
  /** Says in the log what the end of the daemon cuts. */
  tellCut(canResume: (delivery: Delivery) => boolean, log: Log): void
}

/** Deploys are started from the first moment on: a drain ends with the daemon. */
export function createDrain(memory: Pick<DaemonMemory, 'deliveries'>): Drain {
  let draining = false
  const commands = () =>
    memory.deliveries.running().filter(({ target }) => target.kind !== 'webhook')
  return {
    state: () => ({
      draining,
      running: commands().map(({ host, callback }) => ({ host, callback })),
      waiting: memory.deliveries.line().map(({ host }) => host),
    }),
    set(on) {
      draining = on
    },
    places: allowed => (draining ? 0 : allowed),
    notices: () =>
      draining
        ? ['draining: no deploy is started until `bootwright drain --end` or a restart']
        : [],
    tellCut(canResume, log) {
      for (const delivery of commands()) {
        const { host, callback, role } = delivery
        const what = role === 'deploy' ? 'deploy' : 'callback'
        const then = canResume(delivery)
          ? 'goes on at the next start if the same boot still proves itself'
          : role === 'deploy'
            ? 'its install has failed then'
            : 'is not run again'
        log.warn({ host, callback }, `the ${what} ${callback} of ${host} is ended: ${then}`)
      }
    },
  }
}

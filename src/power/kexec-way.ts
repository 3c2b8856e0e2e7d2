import type { KexecWay } from '../boot/power.ts'
import { type Power, PowerError, type PowerTarget } from './power.ts'

/** No power at all: the system that runs there boots the installer. */
export function kexecPower(_way: KexecWay, { takeOver }: PowerTarget): Power {
  const cannot = async () => {
    throw new PowerError({ code: 'power-only-kexec' })
  }
  return {
    status: async () => 'unknown',
    ...{ on: cannot, off: cannot, cycle: cannot },
    async takeOver() {
      const why = await takeOver()
      if (why) throw new PowerError(why)
    },
  }
}

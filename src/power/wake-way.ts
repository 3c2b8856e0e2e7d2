import type { WakeWay } from '../boot/power.ts'
import { type Power, PowerError, type PowerTarget } from './power.ts'

/** Power by Wake-on-LAN, which switches on what is off and can do nothing else. */
export function wakePower(_way: WakeWay, { wake }: PowerTarget): Power {
  const cannot = async () => {
    throw new PowerError({ code: 'power-only-on' })
  }
  return { status: async () => 'unknown', on: wake, off: cannot, cycle: cannot, onlyOn: true }
}

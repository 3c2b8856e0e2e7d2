import type { PowerWay } from '../boot/power.ts'
import { amtPower } from './amt-way.ts'
import { commandPower } from './command-way.ts'
import { homeAssistantPower } from './home-assistant-way.ts'
import { httpPower } from './http-way.ts'
import { ipmiPower } from './ipmi.ts'
import { kexecPower } from './kexec-way.ts'
import type { Power, PowerTarget, WayDeps } from './power.ts'
import { redfishPower } from './redfish-way.ts'
import { snmpPower } from './snmp-way.ts'
import { wakePower } from './wake-way.ts'

type Maker<W extends PowerWay> = (way: W, target: PowerTarget, deps: WayDeps) => Power

/** Every way there is. */
const makers: { readonly [K in PowerWay['kind']]: Maker<Extract<PowerWay, { kind: K }>> } = {
  amt: amtPower,
  command: commandPower,
  homeAssistant: homeAssistantPower,
  http: httpPower,
  ipmi: ipmiPower,
  kexec: kexecPower,
  redfish: redfishPower,
  snmp: snmpPower,
  wake: wakePower,
}

/** The power of a machine by the way that its host names. Nothing is asked yet. */
export function powerBy(way: PowerWay, target: PowerTarget, deps: WayDeps): Power {
  return (makers[way.kind] as Maker<PowerWay>)(way, target, deps)
}

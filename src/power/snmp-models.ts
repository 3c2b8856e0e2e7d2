import type { SnmpModelName } from '../boot/power.ts'

/*
 * How the outlets of PDUs are switched by SNMP: where each maker has them in its MIB, and by which numbers.
 * The OID of an outlet is that of a column and what is said of the outlet.
 */

export interface SnmpModel {
  /** The MIB that says so. */
  readonly of: string
  /** Where its state is read, and what it is then; other numbers mean that it is on its way, or not known. */
  readonly state: { readonly oid: string; readonly on: number; readonly off: number }
  /** Where what is written. */
  readonly on: { readonly oid: string; readonly value: number }
  readonly off: { readonly oid: string; readonly value: number }
  /** What goes before the number of an outlet where that is all that is said: the first unit, tower and the like. */
  readonly first: readonly number[]
}

/** One column that is both read and written, by the same numbers. */
function oneColumn(
  of: string,
  oid: string,
  on: number,
  off: number,
  first: number[] = [],
): SnmpModel {
  return { of, state: { oid, on, off }, on: { oid, value: on }, off: { oid, value: off }, first }
}

const raritan = '1.3.6.1.4.1.13742.6.4.1.2.1'
const eaton = '1.3.6.1.4.1.534.6.6.7.6.6.1'
const serverTech = '1.3.6.1.4.1.1718.3.2.3.1'

export const snmpModels: Readonly<Record<SnmpModelName, SnmpModel>> = {
  apc: oneColumn(
    'PowerNet-MIB rPDUOutletControlOutletCommand',
    '1.3.6.1.4.1.318.1.1.12.3.3.1.1.4',
    1,
    2,
  ),
  'apc-masterswitch': oneColumn(
    'PowerNet-MIB sPDUOutletCtl',
    '1.3.6.1.4.1.318.1.1.4.4.2.1.3',
    1,
    2,
  ),
  cyberpower: oneColumn(
    'CPS-MIB ePDUOutletControlOutletCommand',
    '1.3.6.1.4.1.3808.1.1.3.3.3.1.1.4',
    1,
    2,
  ),
  eaton: {
    of: 'EATON-EPDU-MIB outletControlStatus, outletControlOnCmd and outletControlOffCmd (seconds from now)',
    state: { oid: `${eaton}.2`, on: 1, off: 0 },
    on: { oid: `${eaton}.4`, value: 0 },
    off: { oid: `${eaton}.3`, value: 0 },
    first: [0],
  },
  raritan: {
    of: 'PDU2-MIB switchingOperation and outletSwitchingState',
    state: { oid: `${raritan}.3`, on: 7, off: 8 },
    on: { oid: `${raritan}.2`, value: 1 },
    off: { oid: `${raritan}.2`, value: 0 },
    first: [1],
  },
  servertech: {
    of: 'Sentry3-MIB outletStatus and outletControlAction',
    state: { oid: `${serverTech}.5`, on: 1, off: 0 },
    on: { oid: `${serverTech}.11`, value: 1 },
    off: { oid: `${serverTech}.11`, value: 2 },
    first: [1, 1],
  },
  poe: oneColumn(
    'POWER-ETHERNET-MIB pethPsePortAdminEnable (RFC 3621)',
    '1.3.6.1.2.1.105.1.1.1.3',
    1,
    2,
    [1],
  ),
}

/** The end of an OID for an outlet, written `7`, or `2.7` where the numbers before it are said too. */
export function outletIndex({ first }: SnmpModel, outlet: string): string {
  const said = outlet.split('.')
  return [...first.slice(0, Math.max(0, first.length + 1 - said.length)), ...said].join('.')
}

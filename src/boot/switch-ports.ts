import { fieldsOf, lineOf, objectsOf } from '../base/untrusted.ts'
import type { Mac } from '../wire/address.ts'

/**
 * The port of a switch that a card hangs on, by what the agent heard of it (LLDP, IEEE 802.1AB): `LEAF7/Ethernet12`,
 * in every way to write it, the best one first: some switches number their ports and name them in the
 * description (Juniper), and some say their whole domain. None where no switch was heard.
 */
export function switchPortsOf(facts: unknown, mac: Mac): readonly string[] {
  const { nics } = fieldsOf(facts)
  const card = objectsOf(nics).find(nic => nic.mac === mac)
  const { name, port, description } = fieldsOf(card?.switch)
  const whole = lineOf(name)
  const names = new Set([whole, whole.includes('.') ? whole.split('.', 1)[0] : ''].filter(Boolean))
  const ports = new Set([lineOf(port), lineOf(description)].filter(Boolean))
  return [...names].flatMap(one => [...ports].map(its => `${one}/${its}`))
}

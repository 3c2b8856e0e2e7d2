import type { StrangerReasons } from '../reasons/stranger.ts'
import type { ReasonWords } from './word.ts'

/** Why a request is not the host's own: for its timeline, who asks is told less. */
export const strangerWords: ReasonWords<keyof StrangerReasons> = {
  'address-of-another': ({ address, mac, host }) => `${address} is ${mac} now, no card of ${host}`,
  'nobody-at-address': ({ address }) =>
    `nobody answers ${address.includes(':') ? 'neighbour discovery' : 'ARP'} at ${address}`,
  'address-unknown': ({ address, host }) => `${address} is not known to be an address of ${host}`,
  'uuid-unsaid': () => 'it says no UUID, and the network says `trust: uuid`',
  'uuid-never-heard': ({ host }) =>
    `no earlier boot of ${host} has said its UUID: boot it once, or write \`uuid\` at the host`,
  'uuid-differs': ({ host, uuid }) =>
    `it says the UUID ${uuid}, and earlier boots of ${host} another`,
}

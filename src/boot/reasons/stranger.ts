import type { Mac } from '../../wire/address.ts'

/** Why a request is not the host's own. */
export interface StrangerReasons {
  /** On a link of ours another card answers ARP there, or the address is leased to it. */
  'address-of-another': { readonly address: string; readonly mac: Mac; readonly host: string }
  /** It is on a link of ours, and nobody answers ARP there. */
  'nobody-at-address': { readonly address: string }
  'address-unknown': { readonly address: string; readonly host: string }
  /** The network says `trust: uuid`, and the request has none. */
  'uuid-unsaid': object
  'uuid-never-heard': { readonly host: string }
  'uuid-differs': { readonly host: string; readonly uuid: string }
}

import type { Mac } from '../../wire/address.ts'
import type { Nothing } from './file.ts'

/** An address that somebody else has, who is known by his MAC or, in DHCPv6, only by his DUID. */
interface Occupied {
  readonly address: string
  readonly mac?: Mac
  readonly duid?: string
}

/** Why a client of DHCP may have an address, or not. */
export interface AddressReasons {
  'not-a-host': Nothing
  'no-range': Nothing
  'range-full': Nothing
  'database-away': Nothing
  'too-many-apart': { readonly most: number }
  'not-an-address-for-clients': { readonly address: string }
  'outside-range': { readonly address: string }
  'address-reserved': { readonly address: string }
  'address-offered': Occupied
  'address-leased': Occupied
  /** A RELEASE may have been written by anybody. */
  'address-given-back': { readonly address: string }
  'address-declined': { readonly address: string }
  'no-address-named': { readonly asked: string }
  'other-server-chosen': { readonly server: string }
  /** `server`: in DHCPv6 the one that it names. */
  'for-another-server': { readonly asked: string; readonly server?: string }
  /** A DHCPv6 message for something else. */
  'asks-no-address': { readonly asked: string }
  /** It asked whether its address is of this link. */
  confirmed: { readonly address: string }
  'other-network': { readonly address: string }
  'no-record': { readonly state: string }
  'other-address': { readonly address: string; readonly asked: string; readonly here?: true }
  'declines-foreign': { readonly address: string }
  declined: { readonly address: string }
  /** Nobody else answers at the address. */
  'decline-disbelieved': { readonly address: string }
  'releases-foreign': { readonly address: string }
  released: { readonly address: string }
  'informs-from-elsewhere': { readonly address: string }
}

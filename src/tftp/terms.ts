import type { IpAddress } from '../wire/ip-address.ts'

/** What the daemon says of whoever asks for a file. */
export type PeerTerms =
  /** It is in no network of ours: no word, or we would flood whomever a forged request names. */
  | { readonly kind: 'ignored' }
  | {
      readonly kind: 'served'
      /** The largest block that it can take, in bytes. */
      readonly blockSize?: number
      /**
       * Its download leaves this address of ours, from a port of its own that nobody else knows: what
       * was not heard cannot be acknowledged. Else it leaves the port that was asked, as NAT needs it.
       */
      readonly from?: IpAddress
    }

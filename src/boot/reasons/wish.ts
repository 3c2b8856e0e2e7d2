import type { HostState } from '../host-state.ts'

/** Why an install is not asked for or taken back, and what there is to know where it is. */
export interface WishReasons {
  /** One has begun, and nobody said that it is to be replaced. */
  'already-begun': { readonly host: string; readonly state: HostState }
  'nothing-to-cancel': { readonly host: string; readonly state: HostState }
  /** What is done to its power may end it. */
  'install-under-way': { readonly state: HostState }
  /** It is taken back in this state: what runs on the machine is not stopped by that. */
  'may-be-erasing': { readonly host: string; readonly state: HostState }
}

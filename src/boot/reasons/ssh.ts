import type { Mac } from '../../wire/address.ts'

/** Why who answers at an address is not, or not yet, the machine that is looked for by SSH. */
export interface SshReasons {
  'ssh-nowhere': object
  /** What the config says renders to no address. */
  'ssh-no-address': object
  'ssh-never': { readonly where: NoTarget }
  'ssh-no-login': object
  'ssh-login-gone': object
  'ssh-not-yet': { readonly port: number }
  'ssh-other-key': object
  /** `said`: the words of ssh. */
  'ssh-denied': { readonly said: string }
  'ssh-wrong-password': object
  'ssh-failed': { readonly said: string }
  'ssh-no-report': object
  'ssh-no-installer': object
  'ssh-other-boot': object
  'ssh-other-machine': { readonly macs: readonly Mac[]; readonly host: string }
  'ssh-booted-anew': object
  'ssh-not-its-address': object
  'ssh-no-key-yet': object
  'ssh-key-unknown': object
  'ssh-installer-key': object
  'ssh-installer-runs': object
}

/** Where nobody is looked for. */
export type NoTarget = 'own' | 'outside'

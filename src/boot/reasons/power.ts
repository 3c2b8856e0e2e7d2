/** Why something could not be done to a machine's power. `address` is that of what switches it, with a port. */
export interface PowerReasons {
  /** The config names no way to it. */
  'no-power': { readonly host: string }
  /** The way that the host names is not in the config any more. */
  'no-power-way': { readonly name: string }
  /** A file with a password or token. */
  'power-secret': { readonly file: string; readonly error: string }
  'power-template': { readonly error: string }
  'power-program': { readonly program: string; readonly error: string }
  /** It said yes, and nothing came of it within so many seconds. */
  'power-disobeys': { readonly wanted: string; readonly is: string; readonly seconds: number }
  /** Wake-on-LAN. */
  'power-only-on': object
  /** It can be switched, and no image can be put into a drive of it. */
  'power-no-drive': object
  /** Only Redfish has drives. */
  'medium-not-redfish': { readonly by: string }
  /** The image that a BMC is to be given is not there. */
  'no-medium': { readonly path: string }
  'medium-no-network': { readonly host: string }
  /** The next boot from the network was set, and is not what is read back. */
  'netboot-not-kept': {
    readonly is: string
    /** It is the mode alone (UEFI or BIOS) that it did not keep. */
    readonly of?: 'mode'
  }
  /** Why a host is in its state: its machine is started by us. */
  'start-begun': { readonly attempt: number; readonly again: boolean }
  'start-done': {
    readonly attempt: number
    readonly again: boolean
    /** It was off. */
    readonly switchedOn?: true
  }
  'start-heard': { readonly attempt: number }
  'no-script-asked': { readonly seconds: number }
  'bmc-unreachable': { readonly address: string; readonly error: string }
  /** No answer, or not its end, within so many seconds. */
  'bmc-slow': { readonly address: string; readonly seconds: number }
  /** It refuses the user or the password; without a user a token, or that there is none. */
  'bmc-login': { readonly address: string; readonly user?: string }
  /** It shows another certificate than at first. SHA-256 in hex. */
  'bmc-certificate': {
    readonly address: string
    readonly shown: string
    readonly kept: string
  }
  /** Its way is none whose certificates are kept. */
  'no-pinned-bmc': { readonly host: string }
  'bmc-redirect': { readonly address: string; readonly to: string }
  'bmc-too-much': { readonly address: string; readonly bytes: number }
  /** It refused, or answered something that cannot be read. */
  'bmc-refused': { readonly address: string; readonly what: string; readonly error: string }
}

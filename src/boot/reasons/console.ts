/** Why a console cannot be read, or written to. */
export interface ConsoleReasons {
  /** The config names no way to it. */
  'no-console': { readonly host: string }
  /** The way that the host names is not in the config any more. */
  'no-console-way': { readonly name: string }
  /** Somebody else has the one session that a BMC gives. */
  'console-taken': { readonly address: string }
  /** What connects to it has ended. */
  'console-ended': { readonly program: string; readonly error: string }
  /** So many are open at the same time, and no more. */
  'console-many': { readonly most: number }
  /** The disk is nearly full. */
  'console-not-kept': Record<never, never>
  'console-not-open': { readonly host: string }
}

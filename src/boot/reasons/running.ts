/** Why the system that runs on a host does not boot the installer by kexec. */
export interface RunningReasons {
  /** The config names no login of it. */
  'no-running': { readonly host: string }
  /** The key of its login is not there, or cannot be read. */
  'running-no-key': { readonly file: string }
  'running-nowhere': { readonly host: string }
  'running-other-key': object
  /** Its UUID (SMBIOS) is another than the config says. */
  'running-other-uuid': { readonly uuid: string; readonly expected: string }
  /** `said`: the words of our script, or of its shell. */
  'kexec-refused': { readonly said: string }
  /** Its power is asked for, and it has none. */
  'power-only-kexec': object
}

export type CallbackEvent = 'asked' | 'ready' | 'installed' | 'failed' | 'cancelled'

/** What is called when a moment of an install comes; as a profile's `deploy`, what installs. */
export type Callback = WebhookCallback | DeployCallback

/** A process of ours that runs to its end, and decides it when it installs. */
export type DeployCallback = CommandCallback | SshCallback | NixosAnywhereCallback

export interface WebhookCallback {
  readonly kind: 'webhook'
  readonly name: string
  readonly when: readonly CallbackEvent[]
  /** Liquid template of the URL. */
  readonly url: string
  /** Absolute path of the file that holds the HMAC key. */
  readonly secretFile?: string
  /** Seconds for one delivery. */
  readonly timeout: number
}

export interface CommandCallback {
  readonly kind: 'command'
  readonly name: string
  readonly when: readonly CallbackEvent[]
  /** Argument list of Liquid templates; the first is the program. Never given to a shell. */
  readonly run: readonly string[]
  /** Working directory: where the config file lies. */
  readonly cwd: string
  /** Seconds until the whole process group is ended. */
  readonly timeout: number
}

/** A script of ours that runs on the machine over SSH. Only a `deploy` can be one. */
export interface SshCallback {
  readonly kind: 'ssh'
  readonly name: string
  readonly when: readonly CallbackEvent[]
  /** Absolute path of the script; it runs by the program its first line names, or by sh. */
  readonly script: string
  /** Liquid templates. */
  readonly args: readonly string[]
  /** Variables of the script, Liquid templates. */
  readonly env: Readonly<Record<string, string>>
  readonly timeout: number
}

/** The steps of nixos-anywhere that have a clock of their own. */
export const nixosPhases = [
  'build',
  'connect',
  'facts',
  'kexec',
  'disko',
  'install',
  'reboot',
] as const

export type NixosPhase = (typeof nixosPhases)[number]

/** nixos-anywhere 1.x with its options. Only a `deploy` can be one. Texts are Liquid templates. */
export interface NixosAnywhereCallback {
  readonly kind: 'nixosAnywhere'
  readonly name: string
  readonly when: readonly CallbackEvent[]
  /** What to install: a flake's configuration, or two store paths. */
  readonly source: { readonly flake: string } | { readonly disko: string; readonly system: string }
  /** Absolute path of the private key, instead of the login's. */
  readonly identityFile?: string
  /** Path, from `cwd`, of a folder that is copied into the new system. */
  readonly extraFiles?: string
  /** Path on the machine to the path, from `cwd`, of a file of ours. */
  readonly diskEncryptionKeys: Readonly<Record<string, string>>
  readonly kexec?: string
  readonly phases: readonly string[]
  readonly buildOn?: 'auto' | 'local' | 'remote'
  readonly extraArgs: readonly string[]
  readonly sshPort?: number
  readonly postKexecSshPort?: number
  /** Working directory: where the config file lies. */
  readonly cwd: string
  /** Seconds for the whole, and for each of its steps. */
  readonly timeout: number
  readonly timeouts: Readonly<Record<NixosPhase, number>>
}

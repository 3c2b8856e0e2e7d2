import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Login } from '../../boot/host.ts'
import { masked } from '../../boot/mask.ts'
import { outputOf } from '../../system/output-of.ts'
import { type CpioEntry, cpio } from './cpio.ts'
import { makeOpensshKey, type OpensshKey } from './openssh-key.ts'
import { hostKeyAlias, type SshLogin } from './ssh-command.ts'

/** The attempt that a login is for. */
export interface LoginOf {
  readonly install: string
  readonly attempt: number
}

/** What the boot of an attempt is given, so that we can log in. */
export interface LoginExtras {
  /** Arguments of the kernel. */
  readonly args: readonly string[]
  /** There is an archive that goes last among its initrds. */
  readonly initrd: boolean
}

/** What lets us in, made anew: what its boot is given, and the files that hold its secrets. */
export interface NewLogin {
  readonly extras: LoginExtras
  readonly files: Readonly<Record<string, string | Uint8Array>>
}

/** The secrets of attempts. They lie in files of their own, because ssh reads files. */
export interface Logins {
  /** Writes down what an attempt needs that is not opened yet. */
  prepare(of: LoginOf, login: NewLogin): void
  /** Its attempt is the one that boots: those of other attempts of its install go. */
  keep(of: LoginOf): void
  /** What the boot of an attempt is given that was prepared. */
  extras(of: LoginOf): LoginExtras | undefined
  /** The bytes of that archive. */
  initrd(of: LoginOf): Uint8Array | undefined
  /** Whether there is one, without reading it. */
  hasInitrd(of: LoginOf): boolean
  /** The way in at an address; undefined when its secrets are there no more. */
  sshLogin(of: LoginOf, login: Login, address: string): SshLogin | undefined
  /** A login whose host key is taken down anew, by a name of its own; `pin` makes it the known one. */
  unpinned(sshLogin: SshLogin, name: string): SshLogin
  pin(of: LoginOf, seen: SshLogin): void
  /** Host key of the installer, as in a file of known hosts: type and key. */
  hostKey(of: LoginOf): string | undefined
  /** What must never be shown. */
  secrets(of: LoginOf): string[]
  /** Destroys the secrets of an install. */
  drop(install: string): void
  /** Destroys all that belong to installs which are over. */
  sweep(isOver: (install: string) => boolean): void
}

/** The installers of nixos-images copy keys only beside at least one of these; empty lists add nothing. */
const networkFiles = ['addrs.json', 'routes-v4.json', 'routes-v6.json']

const files = {
  password: 'password',
  key: 'key',
  initrd: 'initrd.gz',
  hosts: 'known_hosts',
  extras: 'extras.json',
} as const

export function createLogins(folder: string): Logins {
  const at = ({ install, attempt }: LoginOf, file = '') => join(folder, install, `${attempt}`, file)
  const write = (of: LoginOf, file: string, content: string | Uint8Array) =>
    writeFileSync(at(of, file), content, { mode: 0o600, flush: true })
  const read = (path: string) => (existsSync(path) ? readFileSync(path) : undefined)
  const drop = (path: string) => rmSync(join(folder, path), { recursive: true, force: true })

  return {
    prepare(of, { files: secrets, extras }) {
      rmSync(at(of), { recursive: true, force: true })
      mkdirSync(at(of), { recursive: true, mode: 0o700 })
      const content = { ...secrets, [files.extras]: JSON.stringify(extras) }
      for (const [file, bytes] of Object.entries(content)) write(of, file, bytes)
    },
    keep({ install, attempt }) {
      const all = existsSync(join(folder, install)) ? readdirSync(join(folder, install)) : []
      for (const other of all) {
        if (other !== `${attempt}`) drop(join(install, other))
      }
    },
    extras(of) {
      const text = read(at(of, files.extras))
      return text && (JSON.parse(text.toString()) as LoginExtras)
    },
    initrd: of => read(at(of, files.initrd)),
    hasInitrd: of => existsSync(at(of, files.initrd)),
    sshLogin(of, { way, user, port, identityFile }, address) {
      if (!existsSync(at(of))) return undefined
      const knownHosts = at(of, files.hosts)
      const base = { address, user, port, knownHosts, pinned: existsSync(knownHosts) }
      if (way === 'password') return { ...base, password: `${read(at(of, files.password)) ?? ''}` }
      return { ...base, identityFile: way === 'own' ? (identityFile ?? '') : at(of, files.key) }
    },
    unpinned(sshLogin, name) {
      const knownHosts = `${sshLogin.knownHosts}.${name}`
      rmSync(knownHosts, { force: true })
      return { ...sshLogin, knownHosts, pinned: false }
    },
    pin: (of, { knownHosts }) => write(of, files.hosts, readFileSync(knownHosts)),
    hostKey: of => read(at(of, files.hosts))?.toString().trim().split(' ').slice(1, 3).join(' '),
    secrets: of => [read(at(of, files.password))?.toString() ?? []].flat(),
    drop,
    sweep(isOver) {
      if (!existsSync(folder)) return
      for (const install of readdirSync(folder)) if (isOver(install)) drop(install)
    },
  }
}

/** Makes what lets us into one boot of an installer. Throws a sentence where the system has no openssl. */
export function makeLogin({ way }: Login): NewLogin {
  if (way === 'password') {
    const password = randomBytes(18).toString('base64url')
    const args = [`live.nixos.passwordHash=${sha512Crypt(password)}`]
    return { extras: { args, initrd: false }, files: { [files.password]: password } }
  }
  if (way === 'own') return { extras: { args: [], initrd: false }, files: {} }
  const key = makeOpensshKey()
  const hostKey = makeOpensshKey()
  return {
    extras: { args: [], initrd: true },
    files: {
      [files.key]: key.privateKey,
      [files.hosts]: `${hostKeyAlias} ${hostKey.publicKey}\n`,
      [files.initrd]: keyArchive(key, hostKey),
    },
  }
}

/** The same to be looked at: with nothing in it that lets anybody in. */
export function maskedLogin({ way }: Login): NewLogin {
  const args = way === 'password' ? [`live.nixos.passwordHash=${masked}`] : []
  return { extras: { args, initrd: way === 'key' }, files: {} }
}

/**
 * What the kernel unpacks over the installer's own initrd: cpio in format newc. Compressed, because
 * only then it may begin at any byte: on UEFI nobody pads the initrd before it to the next fourth.
 */
function keyArchive(key: OpensshKey, hostKey: OpensshKey): Uint8Array {
  const file = (path: string, content: string, mode = 0o100600): CpioEntry => {
    return { path, mode, content: Buffer.from(content) }
  }
  const archive = cpio([
    { path: 'ssh', mode: 0o040755 },
    file('ssh/authorized_keys', `${key.publicKey}\n`),
    file('ssh/ssh_host_ed25519_key', hostKey.privateKey),
    file('ssh/ssh_host_ed25519_key.pub', `${hostKey.publicKey}\n`, 0o100644),
    ...networkFiles.map(name => file(name, '[]\n', 0o100644)),
  ])
  return gzipSync(archive)
}

/** `$6$salt$hash`: letters, digits, dots, slashes and dollars that no boot loader expands. */
function sha512Crypt(password: string): string {
  const hash = outputOf('openssl', ['passwd', '-6', '-stdin'], `${password}\n`)
  if (hash === undefined) throw new Error('openssl, which hashes the password of the login, failed')
  return hash.trim()
}

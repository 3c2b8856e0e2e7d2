import type { Profile } from './host.ts'

/** A program that an install needs on this machine, and how to get it. */
export interface Program {
  readonly name: string
  /** The rest of a sentence that begins with "get it". */
  readonly get: string
}

const ssh: Program = { name: 'ssh', get: 'with `apt install openssh-client`' }
const sshpass: Program = { name: 'sshpass', get: 'with `apt install sshpass`' }
const openssl: Program = { name: 'openssl', get: 'with `apt install openssl`' }
const nixosAnywhere: Program = {
  name: 'nixos-anywhere',
  get: 'with `nix profile install nixpkgs#nixos-anywhere`',
}
const nix: Program = {
  name: 'nix',
  get: 'from https://nixos.org/download, or with `apt install nix-bin`',
}

/** The programs without which hosts of a profile cannot be installed, besides their callbacks' own. */
export function programsOf({ login, deploy }: Profile): Program[] {
  return [
    ...(login ? [ssh] : []),
    ...(login?.way === 'password' ? [sshpass, openssl] : []),
    ...(deploy?.kind === 'nixosAnywhere' ? [nixosAnywhere, nix] : []),
  ]
}

/** The sentence for a program that is not there. */
export function lackOf({ name, get }: Program): string {
  return `there is no program "${name}" in PATH; get it ${get}`
}
